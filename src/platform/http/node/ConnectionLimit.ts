import { FileSystem } from "@effect/platform"
import { Duration, Effect, Option, Runtime } from "effect"
import type { Server } from "node:http"
import type { Socket } from "node:net"
import { AppConfig } from "../../../AppConfig.ts"
import { Lifecycle } from "../../lifecycle/Lifecycle.ts"

/** Part of the descriptors for connections. The rest is for files, upstream calls and mails. */
const partForConnections = 3 / 4

/** Pause between two log lines about refused connections. */
const silence = Duration.toMillis(Duration.seconds(10))

/**
 * Counts the descriptors that the process may still open: `ulimit -n` minus the open ones; `Infinity` without /proc.
 */
const freeDescriptors = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const limits = yield* fs.readFileString("/proc/self/limits")
  const most = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  const open = (yield* fs.readDirectory("/proc/self/fd")).length
  return most === undefined ? Infinity : Number(most) - open
}).pipe(Effect.orElseSucceed(() => Infinity))

/**
 * Keeps a server below its limit of connections. A connection beyond the limit replaces the one that has been idle for
 * the longest. If none is idle, the new connection is closed, counted and logged. Without the guard the system would
 * reset connections silently, and files could not be opened either.
 */
export const guard = (server: Server): Effect.Effect<void, never, AppConfig | FileSystem.FileSystem | Lifecycle> =>
  Effect.gen(function*() {
    const { maxConnections } = yield* AppConfig
    const { clients } = yield* Lifecycle
    const free = yield* freeDescriptors
    const most = Option.getOrElse(maxConnections, () => Math.max(1, Math.floor(free * partForConnections)))
    if (most === Infinity) return
    const clock = yield* Effect.clock
    const runtime = yield* Effect.runtime<never>()
    let told = -Infinity

    const tell = () => {
      const now = clock.unsafeCurrentTimeMillis()
      if (now - told < silence) return
      told = now
      const annotations = { connections: clients.open, refused: clients.refused }
      Runtime.runFork(
        runtime,
        Effect.annotateLogs(
          Effect.logWarning(`refusing connections: all ${most} are open and none is idle`),
          annotations
        )
      )
    }

    server.on("connection", (socket: Socket) => {
      if (!clients.isOver(most)) return
      clients.refused++
      socket.destroy()
      tell()
    })
  })
