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

/** Returns the processor ticks of a process and of its ended children, by the fields 14 to 17. */
const ticksOf = Effect.fnUntraced(function*(pid: string) {
  const fs = yield* FileSystem.FileSystem
  const stat = yield* fs.readFileString(`/proc/${pid}/stat`).pipe(Effect.orElseSucceed(() => ""))
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 15).map(Number)
  return fields.reduce((sum, ticks) => sum + ticks, 0)
})

/** Returns the seconds of processor time of processes and their children, those that have ended included. */
export const processorSeconds = Effect.fnUntraced(function*(pids: ReadonlyArray<number>) {
  const fs = yield* FileSystem.FileSystem
  const children = yield* Effect.forEach(pids, (pid) => fs.readFileString(`/proc/${pid}/task/${pid}/children`), {
    concurrency: 1
  })
  const all = [...pids.map(String), ...children.flatMap((list) => list.trim().split(" ")).filter((pid) => pid !== "")]
  const ticks = yield* Effect.forEach(all, ticksOf, { concurrency: 1 })
  return ticks.reduce((sum, some) => sum + some, 0) / ticksPerSecond
})

/** The seconds for which the processors were idle, or waited for a disk, since the machine's start. */
export const idleSeconds = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const [, idle = 0, disk = 0] =
    /^cpu +\d+ \d+ \d+ (\d+) (\d+)/.exec(yield* fs.readFileString("/proc/stat"))?.map(Number) ?? []
  return (idle + disk) / ticksPerSecond
})

/** The seconds of processor time of this process and of its ended children. */
export const ownSeconds = Effect.map(ticksOf("self"), (ticks) => ticks / ticksPerSecond)

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
