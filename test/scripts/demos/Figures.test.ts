import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Exit, Option } from "effect"
import { catalogue } from "../../../scripts/demos/stage/Catalogue.ts"
import { perform } from "../../../scripts/demos/stage/Performance.ts"
import { violations } from "../../../src/timeline/conservation.ts"
import { command } from "./staged.ts"

/** The name, wall time in milliseconds and largest concurrency of each part and, last, of the whole. */
const virtualFigures = {
  "cafe": [["synchronous", 600_000, 1], ["asynchronous", 300_000, 2], ["in all", 900_000, 2]],
  "sequential-and-parallel": [["sequential", 6000, 1], ["parallel", 3000, 2], ["in all", 9000, 2]],
  "external-good": [["one call", 2000, 1], ["three calls", 1000, 3], ["in all", 3000, 3]],
  "external-safe": [["in all", 5000, 3]],
  "retry": [["in vain", 3000, 1], ["recovered", 3000, 1], ["in all", 6000, 1]],
  "timeout": [["5 s", 5000, 1], ["12 s", 10_000, 1], ["in all", 15_000, 1]],
  "semaphore": [["in all", 4000, 3]],
  "policy-queue": [
    ["helps, without", 6000, 1],
    ["helps, with", 3400, 1],
    ["harms, without", 2000, 1],
    ["harms, with", 500, 1],
    ["in all", 11_900, 1]
  ],
  "policy-permit": [
    ["helps, without", 3080, 2],
    ["helps, with", 1060, 2],
    ["harms, without", 3080, 2],
    ["harms, with", 1060, 2],
    ["in all", 8280, 2]
  ],
  "policy-jitter": [
    ["helps, without", 3200, 30],
    ["helps, with", 1099, 30],
    ["harms, without", 1020, 10],
    ["harms, with", 945, 10],
    ["in all", 6264, 30]
  ],
  "policy-retry-after": [
    ["helps, without", 1030, 5],
    ["helps, with", 3020, 5],
    ["harms, without", 1030, 5],
    ["harms, with", 10, 5],
    ["in all", 5090, 5]
  ],
  "policy-budget": [
    ["helps, without", 1330, 8],
    ["helps, with", 1020, 4],
    ["harms, without", 149, 11],
    ["harms, with", 130, 11],
    ["in all", 2629, 11]
  ],
  "policy-breaker": [
    ["helps, without", 3900, 11],
    ["helps, with", 2900, 11],
    ["harms, without", 3910, 1],
    ["harms, with", 3900, 1],
    ["in all", 14_610, 11]
  ],
  "policy-hedge": [
    ["helps, without", 5500, 2],
    ["helps, with", 4920, 2],
    ["harms, without", 1840, 2],
    ["harms, with", 3000, 26],
    ["in all", 15_260, 26]
  ],
  "policy-rate": [
    ["helps, without", 99, 10],
    ["helps, with", 999, 1],
    ["harms, without", 10, 20],
    ["harms, with", 1010, 1],
    ["in all", 2118, 20]
  ],
  "policy-adaptive": [
    ["helps, without", 25_000, 20],
    ["helps, with", 8181.25, 20],
    ["harms, without", 900, 20],
    ["harms, with", 12_000, 20],
    ["in all", 46081.25, 20]
  ],
  "partial-errors": [["in all", 100, 5]]
} as const

describe("the demos in virtual time", () => {
  it("are those that depend only on the clock", () => {
    const onClock = catalogue.filter(({ needs }) => needs === "clock").map(({ name }) => name)
    expect(onClock.toSorted()).toEqual(Object.keys(virtualFigures).toSorted())
  })

  for (const [name, expected] of Object.entries(virtualFigures)) {
    it.effect(`${name} takes its time and reaches its concurrency, without waiting, and is recorded whole`, () =>
      Effect.gen(function*() {
        const demo = catalogue.find((demo) => demo.name === name)
        if (demo === undefined) return expect.fail(`there is no demo ${name}`)
        const { exit, figures, timeline } = yield* perform(demo, { mode: "virtual", print: () => {} })
        expect(exit).toEqual(Exit.void)
        expect(figures.map((row) => [row.name, Duration.toMillis(row.wall), row.concurrency])).toEqual(expected)
        expect(figures.every(({ loopDelay }) => Option.isNone(loopDelay))).toBe(true)
        if (timeline === undefined) return expect.fail("nothing was recorded")
        expect(violations(timeline)).toEqual([])
        expect(timeline.lost).toEqual({ fibers: 0, spans: 0, events: false })
        expect(timeline.duration_ns / 1e6).toBe(expected.at(-1)?.[1])
      }))
  }

  it.effect.each(
    [
      ["policy-queue", [
        "11 served, 49 served too late",
        "34 served, 26 queue full",
        "20 served",
        "15 queue full, 5 served"
      ]],
      ["policy-permit", ["4 failed, 6 served", "10 served", "4 failed, 6 served", "10 failed"]],
      ["policy-jitter", ["20 served, 10 failed", "30 served", "10 served", "10 failed"]],
      ["policy-retry-after", ["5 failed", "5 served", "5 served", "5 failed"]],
      ["policy-budget", ["100 failed; 400 calls", "100 failed; 119 calls", "30 served", "19 failed, 11 served"]],
      ["policy-breaker", [
        "30 timed out after 1 second",
        "13 timed out after 1 second, 17 breaker open",
        "32 failed, 8 served",
        "3 failed, 37 breaker open"
      ]],
      ["policy-hedge", [
        "50 served; 50 calls; the longest answer took 1000 ms",
        "50 served; 55 calls; the longest answer took 70 ms",
        "30 served; 30 calls; the longest answer took 100 ms",
        "30 served; 60 calls; the longest answer took 1260 ms"
      ]],
      ["policy-rate", ["1 served, 9 failed", "10 served", "20 served", "9 rate limited, 11 served"]],
      ["policy-adaptive", [
        "200 served; 200 calls; the longest answer took 25000 ms",
        "200 served; 200 calls; the longest answer took 8181.25 ms",
        "60 served; 60 calls; the longest answer took 900 ms",
        "60 served; 60 calls; the longest answer took 12000 ms"
      ]]
    ] as const
  )("show a kind of policy that helps, and then harms: %s", ([name, expected]) =>
    Effect.gen(function*() {
      const { printed } = yield* command(catalogue, name, "--virtual")
      const told = printed.flatMap((line) => /^\[.*\] of \d+: (.*)$/.exec(line)?.[1] ?? [])
      expect(told).toEqual(expected.map((start) => expect.stringMatching(new RegExp(`^${start}(;|$)`))))
    }))
})
