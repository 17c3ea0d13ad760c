import { FileSystem } from "@effect/platform"
import { Clock, Effect } from "effect"

const ticksPerSecond = 100

const sample = Effect.fnUntraced(function*(pid: number) {
  const fs = yield* FileSystem.FileSystem
  const stat = yield* fs.readFileString(`/proc/${pid}/stat`)
  // fields 14 and 15, user and system time; the name before them may contain spaces
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number)
  const own = process.cpuUsage()
  return {
    at: Number(yield* Clock.currentTimeMillis) / 1000,
    server: (Number(user) + Number(system)) / ticksPerSecond,
    clients: (own.user + own.system) / 1e6
  }
})

/**
 * Begins to count the processor time of the server's process and of this one, the clients'. `spent` is the server's
 * time since then, in seconds; `shares` describes both. Linux only.
 */
export const watchProcessors = Effect.fnUntraced(function*(pid: number) {
  const before = yield* sample(pid)
  const shares = Effect.map(sample(pid), ({ at, clients, server }) => {
    const share = (seconds: number) => (seconds / (at - before.at)).toFixed(2)
    return `${share(server - before.server)} of a core for the server, ${
      share(clients - before.clients)
    } for the clients`
  })
  return { shares, spent: Effect.map(sample(pid), ({ server }) => server - before.server) }
})
