import { FileSystem } from "@effect/platform"
import { Effect } from "effect"

const ticksPerSecond = 100

const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)

/** Ticks that a process and those of its children that have ended have had. */
const ticksOf = Effect.fnUntraced(function*(pid: string) {
  const fs = yield* FileSystem.FileSystem
  const stat = yield* fs.readFileString(`/proc/${pid}/stat`)
  // fields 14 to 17; the name before them may hold spaces
  return sum(stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 15).map(Number))
})

const sample = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  // user, nice and system of all cores; what interrupts take is nobody's
  const all = /^cpu +(\d+) (\d+) (\d+)/.exec(yield* fs.readFileString("/proc/stat"))?.slice(1).map(Number) ?? []
  const children = (yield* fs.readFileString(`/proc/self/task/${process.pid}/children`)).trim().split(" ")
  const own = yield* Effect.forEach(["self", ...children.filter((pid) => pid !== "")], ticksOf, { concurrency: 1 })
  return { at: performance.now(), others: sum(all) - sum(own) }
})

/**
 * Runs an effect and answers how much of a core programs that are none of this bench took meanwhile: what they take is missing from what is
 * measured. Linux only.
 */
export const besideOthers = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const before = yield* sample
  const result = yield* effect
  const after = yield* sample
  const seconds = (after.at - before.at) / 1000
  return { result, others: Math.max(0, (after.others - before.others) / ticksPerSecond / seconds) }
})
