import { describe, expect, it } from "@effect/vitest"
import { Data, Deferred, Effect, FiberSet, Schema } from "effect"
import { LiveRun } from "../../../scripts/simulate/live/LiveRun.ts"
import type { Host } from "../../../scripts/simulate/live/LiveTime.ts"
import { statuses } from "../../../scripts/simulate/live/protocol.ts"
import { UpstreamFailed } from "../../../src/platform/upstream/UpstreamFailed.ts"
import { figuresOf } from "../../../src/simulation/figures.ts"
import { ModelledUpstream } from "../../../src/simulation/ModelledUpstream.ts"
import { Samples } from "../../../src/simulation/Samples.ts"
import { Scenario } from "../../../src/simulation/Scenario.ts"
import { simulate } from "../../../src/simulation/simulate.ts"
import { Trace } from "../../../src/simulation/Trace.ts"
import { runVirtual, VirtualClock } from "../../../src/simulation/VirtualClock.ts"

class NoVirtualClock extends Data.TaggedError("NoVirtualClock") {}

const url = new URL("http://upstream.invalid")

/** Runs the live part in virtual time, against the model in place of its server; requests begin late by so much. */
const inVirtualTime = (scenario: Scenario, late = 0) =>
  Effect.gen(function*() {
    const clock = yield* Effect.clock
    if (!(clock instanceof VirtualClock)) return yield* new NoVirtualClock()
    const seen = new Samples(() => clock.now, new Trace(), 0)
    const model = new ModelledUpstream(scenario.upstream, 1, clock, seen)
    const fork = yield* FiberSet.makeRuntime<never>()
    const host: Host = { now: () => clock.now, after: (millis, fire) => clock.after(millis + late, fire) }
    const live = new LiveRun(scenario, 1, host, fork, (request, attempt) =>
      Effect.mapError(model.call(request, attempt), ({ reason }) =>
        UpstreamFailed.status(url, statuses[reason])))
    yield* Deferred.await(live.done)
    // attempts that run on have left by then
    yield* Effect.sleep("1 minute")
    return { figures: figuresOf({ clock, samples: live.samples, scenario }, 1), trace: seen.trace.hash, lag: live.lag }
  }).pipe(Effect.scoped)

const upstream = {
  servers: 4,
  service: { kind: "exponential", mean: "100 millis" },
  queue: { limit: 10 },
  failure: 0.2,
  faults: [{ from: "2 seconds", to: "3 seconds", down: true }]
} as const

const backoff = { kind: "exponential", base: "50 millis" } as const

const cases: ReadonlyArray<readonly [string, Pick<typeof Scenario.Encoded, "arrivals" | "policy">]> = [
  ["retries with jitter, a budget and both timeouts", {
    arrivals: { kind: "poisson", rate: 30 },
    policy: {
      timeout: "1 second",
      attemptTimeout: "200 millis",
      retry: { attempts: 3, backoff, jitter: "full", budget: { ratio: 0.3 } }
    }
  }],
  ["a breaker behind a concurrency, and clients that wait for their answers", {
    arrivals: { kind: "closed", clients: 12, think: { kind: "exponential", mean: "100 millis" } },
    policy: {
      concurrency: { limit: 6, queue: 3, maxWait: "100 millis" },
      breaker: { failures: 3, openFor: "300 millis" }
    }
  }]
]

describe("a live run", () => {
  it.effect.each(cases)("is the simulated one where calls take no time: %s", ([, given]) =>
    Effect.gen(function*() {
      const scenario = yield* Schema.decode(Scenario)({ requests: 300, upstream, ...given })
      const predicted = yield* simulate(scenario, { seed: 1 })
      const { exit } = yield* runVirtual(inVirtualTime(scenario), { seed: 7 })
      const { figures, lag, trace } = yield* exit
      expect(trace).toBe(predicted.trace)
      expect(figures.failed).toEqual(predicted.failed)
      expect(figures.latency).toEqual(predicted.latency)
      expect(figures.attempts).toBe(predicted.attempts)
      expect(new Set(lag)).toEqual(new Set([0]))
    }))
  it.effect("counts latency from the intended arrival, and what is late as lag", () =>
    Effect.gen(function*() {
      const scenario = yield* Schema.decode(Scenario)({
        requests: 10,
        arrivals: { kind: "regular", rate: 100 },
        upstream: { service: { kind: "constant", value: "20 millis" } },
        policy: {}
      })
      const { exit } = yield* runVirtual(inVirtualTime(scenario, 3), { seed: 7 })
      const { figures, lag } = yield* exit
      expect([...new Set(lag)]).toEqual([3_000_000])
      expect(figures.latency.all).toMatchObject({ p50: 23, max: 23 })
    }))
})
