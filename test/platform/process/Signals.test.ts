import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import { existsSync, watch } from "node:fs"
import { join } from "node:path"
import { send } from "../../support/send.ts"
import * as ServerProcess from "../../support/ServerProcess.ts"

const clean = { code: 0, signal: null }

/** Tells whether the database is closed: SQLite removes its log with the last connection. */
const isClosed = ({ dataDir }: ServerProcess.Server) =>
  existsSync(join(dataDir, "barista.sqlite")) && !existsSync(join(dataDir, "barista.sqlite-wal"))

describe("a signal", () => {
  it.scopedLive.each(["SIGTERM", "SIGHUP"] as const)("%s stops cleanly", (signal) =>
    Effect.gen(function*() {
      const server = yield* ServerProcess.server()
      const port = yield* ServerProcess.port(server)
      expect((yield* send(port)("POST", "/users/?name=A&email=a@example.org")).status).toBe(201)
      server.signal(signal)
      expect(yield* server.ended).toEqual(clean)
      expect(isClosed(server)).toBe(true)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("that comes twice within a moment counts once, as npm repeats the terminal's signal", () =>
    Effect.gen(function*() {
      const server = yield* ServerProcess.server({ SLOW_DURATION: "500 millis" })
      const port = yield* ServerProcess.port(server)
      const slow = yield* Effect.fork(send(port)("GET", "/async-slow"))
      yield* Effect.repeatN(send(port)("GET", "/health/live"), 2)
      server.signal("SIGINT")
      yield* server.says(/stopping/)
      for (const signal of ["SIGINT", "SIGTERM"] as const) server.signal(signal)
      expect((yield* Fiber.join(slow)).status).toBe(200)
      expect(yield* server.ended).toEqual(clean)
      expect(isClosed(server)).toBe(true)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("that comes again later ends the process at once, whatever is in flight", () =>
    Effect.gen(function*() {
      const server = yield* ServerProcess.server({ SLOW_DURATION: "1 minute", SHUTDOWN_TIMEOUT: "10 minutes" })
      const port = yield* ServerProcess.port(server)
      yield* Effect.forkScoped(send(port)("GET", "/async-slow"))
      yield* Effect.repeatN(send(port)("GET", "/health/live"), 2)
      server.signal("SIGTERM")
      yield* server.says(/stopping/)
      const again = Effect.repeat(Effect.sync(() => server.signal("SIGINT")), Schedule.spaced("50 millis"))
      expect(yield* Effect.raceFirst(server.ended, Effect.zipRight(again, Effect.never))).toEqual({
        code: null,
        signal: "SIGINT"
      })
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("during the start undoes the start", () =>
    Effect.gen(function*() {
      const server = yield* ServerProcess.server()
      yield* Effect.async<void>((resume) => {
        const watcher = watch(server.dataDir, (_, name) => {
          if (name !== "barista.sqlite") return
          watcher.close()
          resume(Effect.void)
        })
      })
      server.signal("SIGINT")
      expect(yield* server.ended).toEqual(clean)
      expect(isClosed(server)).toBe(true)
    }).pipe(Effect.provide(NodeContext.layer)))
})
