import { expect, it } from "@effect/vitest"
import { stripOf } from "../../../src/console/timeline/path.ts"
import { fiber, recording, slice } from "../support/recordings.ts"

/** A fiber that runs for each of these times, with a wait as long between them. */
const run = (times: ReadonlyArray<number>) => {
  let at = 0
  const slices = times.map((time, index) => {
    const from = at
    at += time
    return slice(1, from, at, index % 2 === 0 ? "running" : "waiting")
  })
  return recording({ duration_ns: at, fibers: [fiber(1, null, 0, at)], slices })
}

it("a strip has a part for each segment, without a gap, and joins those that are too small to hit", () => {
  const parts = stripOf(run([5000, 1, 2, 1, 4000, 996]))
  expect(parts.map(({ from, segment, to }) => [from, to, segment?.state])).toEqual([
    [0, 5000, "running"],
    [5000, 5004, undefined],
    [5004, 9004, "running"],
    [9004, 10_000, "sleep"]
  ])
})

it("a strip of many segments keeps the longest", () => {
  const parts = stripOf(run(Array.from({ length: 101 }, (_, index) => 100 + index)))
  const own = parts.filter(({ segment }) => segment !== undefined)
  expect([own.length, own[0]?.from, parts[0]?.segment]).toEqual([24, parts[0]?.to, undefined])
  expect(parts.at(-1)?.to).toBe(101 * 150)
})
