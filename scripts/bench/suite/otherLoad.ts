import { FileSystem } from "@effect/platform"
import { Effect } from "effect"

const ticksPerSecond = 100

const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)

/** Returns the processor ticks of a process and of its ended children. */
const ticksOf = Effect.fnUntraced(function*(pid: string) {
  const fs = yield* FileSystem.FileSystem
  const stat = yield* fs.readFileString(`/proc/${pid}/stat`)
  // fields 14 to 17; the name before them may contain spaces
  return sum(stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 15).map(Number))
})

const sample = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  // user, nice and system of all cores; interrupts belong to no process
  const all = /^cpu +(\d+) (\d+) (\d+)/.exec(yield* fs.readFileString("/proc/stat"))?.slice(1).map(Number) ?? []
  const children = (yield* fs.readFileString(`/proc/self/task/${process.pid}/children`)).trim().split(" ")
  const own = yield* Effect.forEach(["self", ...children.filter((pid) => pid !== "")], ticksOf, { concurrency: 1 })
  return { at: performance.now(), others: sum(all) - sum(own) }
})

/**
 * Runs an effect and measures the share of a core that unrelated programs took meanwhile, as the measurement lacks that
 * share. Linux only.
 */
export const besideOthers = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const before = yield* sample
  const result = yield* effect
  const after = yield* sample
  const seconds = (after.at - before.at) / 1000
  return { result, others: Math.max(0, (after.others - before.others) / ticksPerSecond / seconds) }
})
