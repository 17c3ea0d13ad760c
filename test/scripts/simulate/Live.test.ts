import { describe, expect, it } from "@effect/vitest"
import { Effect, Either, Layer, Schema } from "effect"
import { parse } from "../../../scripts/simulate/arguments.ts"
import { beside, doubt, pairs } from "../../../scripts/simulate/live/comparison.ts"
import { check, measure, type Measured, most } from "../../../scripts/simulate/live/measure.ts"
import { barePath } from "../../../scripts/simulate/live/protocol.ts"
import * as UpstreamThread from "../../../scripts/simulate/live/UpstreamThread.ts"
import { AppConfig } from "../../../src/AppConfig.ts"
import { Upstream } from "../../../src/platform/upstream/Upstream.ts"
import type { Result, Times } from "../../../src/simulation/Result.ts"
import { Scenario } from "../../../src/simulation/Scenario.ts"
import { simulate } from "../../../src/simulation/simulate.ts"

const all = (millis: number): Times => ({
  mean: millis,
  p50: millis,
  p95: millis,
  p99: millis,
  p99_9: millis,
  max: millis
})

const result = (parts: Partial<Result>): Result => ({
  seed: 1,
  requests: 100,
  succeeded: 90,
  failed: { timeout: 10 },
  goodput: 9,
  latency: { all: all(100), succeeded: all(100) },
  attempts: 110,
  amplification: 1.1,
  upstream: { arrived: 110, refused: 0, waited: 0, wait: all(0), busy: 0, abandoned: 0 },
  series: { step: 1, arrivals: [], goodput: [], attempts: [], in_flight: [3, 2], queue: [] },
  seconds: 10,
  trace: "",
  ...parts
})

const live = (parts: Partial<Measured>): Measured => ({
  result: result({}),
  lag: all(1),
  upstreamLateness: all(1),
  bare: all(1),
  ...parts
})

describe("the comparison", () => {
  it("has every reason for which either side failed, and the difference in per cent", () => {
    const measured = result({ succeeded: 81, failed: { timeout: 18, "queue full": 1 } })
    expect(pairs(result({}), measured).slice(-2)).toEqual([
      { name: "timeout", predicted: 10, measured: 18 },
      { name: "queue full", predicted: 0, measured: 1 }
    ])
    expect(beside(result({}), live({ result: measured }))).toContain(
      "  succeeded                     90          81     -10.0 %"
    )
  })

  it("is refused where the generator, the upstream or a connection failed, and has no differences then", () => {
    expect(doubt(result({}), live({ lag: all(10), upstreamLateness: all(10) }))).toBeUndefined()
    expect(doubt(result({}), live({ lag: all(10.01) }))).toMatch("the generator lagged by 10.01 ms")
    expect(doubt(result({}), live({ upstreamLateness: all(11) }))).toMatch("the upstream lagged by 11 ms")
    expect(doubt(result({}), live({ result: result({ failed: { defect: 2 } }) }))).toMatch(
      "calls without a connection: 2"
    )
    expect(beside(result({}), live({ lag: all(11) })).join("\n")).not.toMatch(/0\.0 %|difference/)
  })
})

describe("a live run is refused before it begins", () => {
  it.effect("beyond each of its bounds, which are named", () =>
    Effect.gen(function*() {
      yield* check(result({ requests: most.requests, seconds: most.seconds }))
      const { message } = yield* Effect.flip(check(result({
        requests: most.requests + 1,
        seconds: most.seconds + 1,
        series: { ...result({}).series, in_flight: [1, most.underWay + 1] }
      })))
      expect(message).toBe(
        "--live: 20001 requests, where 20000 run live at most; 301 seconds, where a live run takes 300 at most; " +
          "2001 requests under way, where 2000 run live at most"
      )
    }))

  it("with several seeds", () => {
    expect(Either.isRight(parse(["a.json", "--live"]))).toBe(true)
    expect(Either.getLeft(parse(["a.json", "--live", "--seeds", "2"]))).toMatchObject({
      value: { message: expect.stringMatching(/^--live runs one seed, not 2/) }
    })
  })
})

/** Fast attempts, and one in five that nobody can wait for. */
const service = {
  kind: "mixture",
  of: [{ kind: "constant", value: "5 millis", weight: 4 }, { kind: "constant", value: "1 hour", weight: 1 }]
} as const

const measured = (given: Omit<typeof Scenario.Encoded, "seed">) =>
  Effect.gen(function*() {
    const scenario = yield* Schema.decode(Scenario)({ ...given, seed: 1 })
    const predicted = yield* simulate(scenario, { seed: 1 })
    return { predicted, live: (yield* measure(scenario, 1, predicted)).result }
  })

/** Bounds a live run of some seconds on a busy machine, in milliseconds. */
const patience = 60_000

describe("measured over HTTP", () => {
  // no figure depends on the machine: attempts take 5 milliseconds or an hour, and the timeout is in between
  it.live(
    "a timeout closes the call, which frees its place upstream; outcomes and attempts are the predicted ones",
    () =>
      Effect.gen(function*() {
        const { live, predicted } = yield* measured({
          requests: 60,
          arrivals: { kind: "regular", rate: 60 },
          upstream: { service, failure: 0.3, abandoned: "frees" },
          policy: {
            attemptTimeout: "1500 millis",
            retry: { attempts: 2, backoff: { kind: "constant", base: "10 millis" }, jitter: "full" }
          }
        })
        expect(live.failed).toEqual(predicted.failed)
        expect([live.requests, live.succeeded, live.attempts]).toEqual([60, predicted.succeeded, predicted.attempts])
        expect(live.upstream.abandoned).toBe(predicted.upstream.abandoned)
        expect(predicted.upstream.abandoned).toBeGreaterThan(0)
        expect(Object.values(live.failed).reduce((sum, count) => sum + count, live.succeeded)).toBe(60)
      }),
    patience
  )

  it.live("an upstream that runs on serves a call to its end though its client has left", () =>
    Effect.gen(function*() {
      const { live } = yield* measured({
        arrivals: { kind: "burst", clients: 1 },
        upstream: { service: { kind: "constant", value: "2 seconds" }, abandoned: "runs on" },
        policy: { timeout: "200 millis" }
      })
      expect(live.failed).toEqual({ timeout: 1 })
      expect(live.upstream).toMatchObject({ arrived: 1, abandoned: 0 })
    }), patience)

  it.live("the server of an upstream ends with its scope", () =>
    Effect.gen(function*() {
      const scenario = yield* Schema.decode(Scenario)({
        arrivals: { kind: "burst", clients: 1 },
        upstream: { service: { kind: "constant", value: "1 hour" } },
        policy: {}
      })
      const get = (url: URL) =>
        Effect.flatMap(Upstream, (upstream) => upstream.get(barePath)).pipe(
          Effect.provide(Upstream.layerHttp(url).pipe(Layer.provide(AppConfig.layerWith({}))))
        )
      const url = yield* Effect.scoped(
        Effect.flatMap(UpstreamThread.start(scenario, 1), (upstream) => Effect.as(get(upstream.url), upstream.url))
      )
      expect(yield* Effect.flip(get(url))).toMatchObject({ reason: "connection", code: "ECONNREFUSED" })
    }), patience)
})
