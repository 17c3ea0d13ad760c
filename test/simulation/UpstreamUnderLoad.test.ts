import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { sentenceOf } from "../../src/domain/ParseIssues.ts"
import { Scenario } from "../../src/simulation/Scenario.ts"
import { simulate } from "../../src/simulation/simulate.ts"

const decode = Schema.decodeUnknown(Scenario, { errors: "all" })

const oneSecond = { kind: "constant", value: "1 second" }

const resultOf = (scenario: unknown) => Effect.flatMap(decode(scenario), (model) => simulate(model, { seed: 1 }))

describe("an upstream that is slower when full", () => {
  const burst = (clients: number, upstream: object) => ({
    arrivals: { kind: "burst", clients },
    upstream: { servers: 4, service: oneSecond, ...upstream },
    policy: {}
  })

  it.effect("takes longer by the share of places in use as each service begins", () =>
    Effect.gen(function*() {
      const whenFull = { slower: 5, power: 2 }
      const { latency: { all } } = yield* resultOf(burst(4, { whenFull }))
      // 1 + 4 × (1/4)², (2/4)², (3/4)², 1²
      expect([all.mean, all.max]).toEqual([(1250 + 2000 + 3250 + 5000) / 4, 5000])
      expect((yield* resultOf(burst(1, { whenFull }))).latency.all.max).toBe(1250)
      expect((yield* resultOf(burst(4, {}))).latency.all.max).toBe(1000)
    }))

  it.effect("needs a number of places", () =>
    Effect.gen(function*() {
      const unlimited = { ...burst(1, {}), upstream: { service: oneSecond, whenFull: { slower: 5, power: 2 } } }
      const error = yield* Effect.flip(decode(unlimited))
      expect(sentenceOf(error)).toBe("upstream.whenFull: needs servers")
    }))
})

describe("a cache before an upstream", () => {
  /** A request each 2 s, for the only key. */
  const asking = (upstream: object, policy = {}) => ({
    requests: 5,
    arrivals: { kind: "regular", rate: 0.5 },
    upstream: { service: oneSecond, cache: { keys: 1, keep: "5 seconds" }, ...upstream },
    policy
  })

  const goneMillis = (scenario: unknown) =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      yield* simulate(yield* decode(scenario), { seed: 1, write: (line) => void lines.push(line) })
      return lines.slice(1).map((line) => line.split(",")).map(([, , sent, , , end]) =>
        (Number(end) - Number(sent)) / 1e6
      )
    })

  it.effect("answers at once what it holds, until the end of its time", () =>
    Effect.gen(function*() {
      // filled at 1 s until 6 s, and again at 7 s
      expect(yield* goneMillis(asking({}))).toEqual([1000, 0, 0, 1000, 0])
    }))

  it.effect("is empty after a cold time, and holds nothing within it", () =>
    Effect.gen(function*() {
      const faults = [{ from: "3 seconds", to: "5 seconds", cold: true }]
      expect(yield* goneMillis(asking({ faults }))).toEqual([1000, 0, 1000, 0, 0])
      const longer = [{ from: "3 seconds", to: "5.5 seconds", cold: true }]
      expect(yield* goneMillis(asking({ faults: longer }))).toEqual([1000, 0, 1000, 1000, 0])
    }))

  it.effect("is not filled by a failure, nor by an answer that nobody awaits", () =>
    Effect.gen(function*() {
      expect(yield* goneMillis(asking({ failure: 1 }))).toEqual([1000, 1000, 1000, 1000, 1000])
      expect(yield* goneMillis(asking({}, { timeout: "500 millis" }))).toEqual([1000, 1000, 1000, 1000, 1000])
    }))

  it.effect("answers while its upstream is down", () =>
    Effect.gen(function*() {
      const { failed, succeeded } = yield* resultOf(
        asking({ faults: [{ from: "1.5 seconds", to: "10 seconds", down: true }] })
      )
      expect([succeeded, failed]).toEqual([3, { down: 2 }])
    }))
})
