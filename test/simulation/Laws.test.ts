import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck, Schema } from "effect"
import { outcomes } from "../../src/simulation/outcomes.ts"
import { Run } from "../../src/simulation/Run.ts"
import { Scenario } from "../../src/simulation/Scenario.ts"
import { simulate } from "../../src/simulation/simulate.ts"
import { type Line, lineOf } from "./trace.ts"

const { constantFrom, double, integer, record } = FastCheck

const millis = (least: number, most: number) => integer({ min: least, max: most }).map((count) => `${count} millis`)

const service = constantFrom(
  { kind: "exponential", mean: "20 millis" } as const,
  { kind: "constant", value: "15 millis" } as const,
  { kind: "lognormal", median: "10 millis", sigma: 1 } as const,
  {
    kind: "mixture",
    of: [{ kind: "constant", value: "5 millis", weight: 9 }, { kind: "constant", value: "200 millis", weight: 1 }]
  } as const
)

const arrivals = FastCheck.oneof(
  record({ kind: constantFrom("poisson" as const, "regular" as const), rate: integer({ min: 20, max: 400 }) }),
  record({ kind: FastCheck.constant("burst" as const), clients: integer({ min: 1, max: 100 }) }),
  record({ kind: FastCheck.constant("closed" as const), clients: integer({ min: 1, max: 20 }), think: service })
)

const upstream = record(
  {
    servers: integer({ min: 1, max: 8 }),
    service,
    queue: record({ limit: integer({ min: 0, max: 20 }), order: constantFrom("fifo" as const, "lifo" as const) }),
    abandoned: constantFrom("frees" as const, "runs on" as const),
    failure: double({ min: 0, max: 1, noNaN: true }),
    faults: FastCheck.constant(
      [{ from: "200 millis", to: "400 millis", slower: 3 }, {
        from: "500 millis",
        to: "600 millis",
        down: true
      }] as const
    )
  },
  { requiredKeys: ["service"] }
)

const retry = record({
  attempts: integer({ min: 1, max: 5 }),
  backoff: record({ kind: FastCheck.constant("exponential" as const), base: millis(0, 30) }),
  jitter: constantFrom("none" as const, "full" as const, "equal" as const, "decorrelated" as const),
  budget: record({ ratio: double({ min: 0, max: 1, noNaN: true }) })
}, { requiredKeys: ["attempts", "backoff"] })

const bounded = record({
  limit: integer({ min: 1, max: 20 }),
  queue: integer({ min: 0, max: 20 }),
  maxWait: millis(1, 100),
  order: constantFrom("fifo" as const, "lifo" as const),
  over: constantFrom("operation" as const, "attempt" as const)
})

const policy = FastCheck.oneof(
  record({ timeout: millis(10, 200), attemptTimeout: millis(5, 100), retry, concurrency: bounded }, {
    requiredKeys: []
  }),
  record({ timeout: millis(10, 200), hedge: record({ after: millis(1, 40) }), attemptTimeout: millis(5, 100) }, {
    requiredKeys: []
  }),
  record({
    breaker: record({ failures: integer({ min: 1, max: 5 }), openFor: millis(10, 100) }),
    rateLimit: record({ permits: integer({ min: 20, max: 200 }), per: FastCheck.constant("1 second") }),
    retry
  }, { requiredKeys: ["breaker"] })
)

const anyScenario: FastCheck.Arbitrary<typeof Scenario.Encoded> = record({
  seed: integer({ min: 0, max: 1000 }),
  requests: FastCheck.constant(150),
  warmup: FastCheck.constant("100 millis"),
  arrivals,
  upstream,
  policy
}, { requiredKeys: ["seed", "requests", "arrivals", "upstream", "policy"] })

/** Runs a scenario to its end, with its trace. */
const ran = (scenario: Scenario) => {
  const lines: Array<Line> = []
  const run = new Run(scenario, scenario.seed ?? 1, { write: (text) => void lines.push(...lineOf(text)) })
  while (!run.advance(1000)) continue
  run.samples.close()
  return { run, lines }
}

/** The most intervals that overlap at one moment; an interval that ends then has ended. */
const mostAtOnce = (intervals: ReadonlyArray<readonly [from: number, to: number]>): number => {
  const changes = intervals.filter(([from, to]) => to > from).flatMap(([from, to]) => [[from, 1], [to, -1]] as const)
    .toSorted(([one, up], [other, down]) => one - other || up - down)
  let [now, most] = [0, 0]
  for (const [, change] of changes) most = Math.max(most, now += change)
  return most
}

describe("any scenario", () => {
  it("keeps the laws of a queue, whatever its policy", () => {
    FastCheck.assert(
      FastCheck.property(anyScenario, (written) => {
        const scenario = Schema.decodeSync(Scenario)(written)
        const { lines, run: { samples } } = ran(scenario)
        const { requests } = samples
        const ends = Array.from({ length: requests }, (_, request) => samples.outcome.values[request] ?? 0)

        expect(samples.done).toBe(requests)
        expect(ends.filter((end) => outcomes[end] === "defect")).toEqual([])
        // Little: the integral of the requests under way is the sum of their times
        const times = ends.map((_, request) =>
          (samples.ended.values[request] ?? 0) - (samples.arrived.values[request] ?? 0)
        )
        expect(samples.area).toBe(times.reduce((sum, time) => sum + time, 0))
        // every attempt that was made left a line, each number of a request once
        const made = ends.reduce((sum, _, request) => sum + (samples.attempts.values[request] ?? 0), 0)
        expect(lines).toHaveLength(made)
        expect(new Set(lines.map(({ attempt, request }) => `${request} ${attempt}`)).size).toBe(made)
        // no place is taken twice, and the queue keeps its limit
        const { queue, servers = Infinity } = scenario.upstream
        const served = lines.filter(({ start }) => start >= 0)
        expect(mostAtOnce(served.map(({ end, start }) => [start, end]))).toBeLessThanOrEqual(servers)
        const waits = lines.filter(({ outcome }) => outcome !== "queue full" && outcome !== "down")
          .map(({ end, sent, start }) => [sent, start >= 0 ? start : end] as const)
        expect(mostAtOnce(waits)).toBeLessThanOrEqual(queue?.limit ?? Infinity)
        for (const { end, sent, start } of served) expect(sent <= start && start <= end).toBe(true)
      }),
      { numRuns: 60 }
    )
  }, 60_000)

  it.effect("gives the same run for the same seed, and another one for another", () =>
    Effect.gen(function*() {
      const scenario = yield* Schema.decode(Scenario)({
        requests: 500,
        arrivals: { kind: "poisson", rate: 100 },
        upstream: { servers: 3, service: { kind: "exponential", mean: "20 millis" }, failure: 0.2 },
        policy: {
          timeout: "300 millis",
          retry: { attempts: 3, backoff: { kind: "constant", base: "20 millis" }, jitter: "full" }
        }
      })
      const traceOf = (seed: number) => Effect.map(simulate(scenario, { seed }), ({ trace }) => trace)
      expect(yield* traceOf(1)).toBe(yield* traceOf(1))
      expect(yield* traceOf(2)).not.toBe(yield* traceOf(1))
    }))
})
