import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Scenario } from "../../src/simulation/Scenario.ts"
import { simulate } from "../../src/simulation/simulate.ts"
import { type Line, lineOf } from "./trace.ts"

const tracedBy = (written: typeof Scenario.Encoded, seed: number) =>
  Effect.gen(function*() {
    const scenario = yield* Schema.decode(Scenario)(written)
    const lines: Array<Line> = []
    yield* simulate(scenario, { seed, write: (text) => lines.push(...lineOf(text)) })
    return lines
  })

/** The starts and ends of a queue, first in, first out: each job takes the place that is free first. */
const recursion = (jobs: ReadonlyArray<Pick<Line, "sent" | "demand">>, places: number) => {
  const free = Array.from({ length: places }, () => 0)
  return jobs.map(({ demand, sent }) => {
    const place = free.indexOf(Math.min(...free))
    const start = Math.max(sent, free[place] ?? 0)
    return [start, free[place] = start + demand] as const
  })
}

/** The most times that lie within one window of so many nanoseconds. */
const densest = (times: ReadonlyArray<number>, window: number): number => {
  const sorted = times.toSorted((one, other) => one - other)
  let [from, most] = [0, 0]
  for (const [to, time] of sorted.entries()) {
    while ((sorted[from] ?? 0) <= time - window) from++
    most = Math.max(most, to - from + 1)
  }
  return most
}

const milli = 1_000_000

describe("the trace of a run", () => {
  it.effect("is what a recursion over arrivals and demands gives, to the nanosecond", () =>
    Effect.gen(function*() {
      for (const servers of [1, 3, 10]) {
        const lines = yield* tracedBy({
          requests: 3000,
          arrivals: { kind: "poisson", rate: 9.5 * servers },
          upstream: { servers, service: { kind: "exponential", mean: "100 millis" } },
          policy: {}
        }, servers)
        const jobs = lines.toSorted((one, other) => one.request - other.request)
        expect(jobs.map(({ end, start }) => [start, end])).toEqual(recursion(jobs, servers))
      }
    }), 60_000)

  it.effect(
    "shows that retries without jitter return in one instant, and with full jitter spread out",
    () =>
      Effect.gen(function*() {
        const returns = (jitter: "none" | "full", seed: number) =>
          Effect.map(
            tracedBy({
              arrivals: { kind: "burst", clients: 1000 },
              upstream: {
                service: { kind: "constant", value: "1 milli" },
                faults: [{ from: "0 seconds", to: "1 milli", down: true }]
              },
              policy: { retry: { attempts: 2, backoff: { kind: "constant", base: "1 second" }, jitter } }
            }, seed),
            (lines) => lines.filter(({ attempt }) => attempt === 2).map(({ sent }) => sent)
          )
        expect(densest(yield* returns("none", 1), 1)).toBe(1000)
        const seeds = Array.from({ length: 10 }, (_, index) => index + 1)
        const inBuckets = (times: ReadonlyArray<number>) => {
          const counts = new Map<number, number>()
          for (const time of times) {
            const bucket = Math.floor(time / (10 * milli))
            counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
          }
          return Math.max(...counts.values())
        }
        const busiest = yield* Effect.forEach(seeds, (seed) => Effect.map(returns("full", seed), inBuckets))
        const mean = busiest.reduce((sum, count) => sum + count, 0) / busiest.length
        // 1,000 drawn into 100 intervals: the fullest holds 18.8 on average, with a standard deviation of 1.5 over runs
        expect(Math.abs(mean - 18.8)).toBeLessThan(4 * 1.5 / Math.sqrt(busiest.length))
      }),
    60_000
  )
})
