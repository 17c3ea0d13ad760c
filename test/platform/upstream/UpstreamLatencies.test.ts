import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Fiber, TestClock } from "effect"
import { UpstreamLatencies } from "../../../src/platform/upstream/UpstreamLatencies.ts"

const host = "upstream.example:80"

describe("UpstreamLatencies", () => {
  it.effect("keeps the times of successes by host, counts failures, and takes those that were given up as longer", () =>
    Effect.gen(function*() {
      const { hosts, measured, of } = yield* UpstreamLatencies
      expect(of(host)).toBeUndefined()
      yield* Effect.fork(measured(host)(Effect.sleep("20 millis")))
      yield* Effect.fork(measured(host)(Effect.zipRight(Effect.sleep("30 millis"), Effect.fail("no"))))
      yield* Effect.fork(measured("other")(Effect.sleep("1500 micros")))
      const call = yield* Effect.fork(Effect.option(Effect.timeout(measured(host)(Effect.never), "50 millis")))
      yield* TestClock.adjust("49 millis")
      expect(of(host)).toEqual({ values: [20], longer: [], failed: 1 })
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(call)
      expect(of(host)).toEqual({ values: [20], longer: [50], failed: 1 })
      expect(of("other")).toEqual({ values: [1.5], longer: [], failed: 0 })
      expect(hosts()).toEqual(["other", host])
    }).pipe(Effect.provide(UpstreamLatencies.layer)))

  it.effect("passes results on unchanged", () =>
    Effect.gen(function*() {
      const { measured } = yield* UpstreamLatencies
      expect(yield* measured(host)(Effect.succeed(1))).toBe(1)
      expect(yield* Effect.exit(measured(host)(Effect.fail("no")))).toEqual(Exit.fail("no"))
    }).pipe(Effect.provide(UpstreamLatencies.layer)))

  it.effect("keeps the latest 8,192 of a host, and the 64 hosts that were called last", () =>
    Effect.gen(function*() {
      const { hosts, measured, of } = yield* UpstreamLatencies
      yield* Effect.repeatN(measured(host)(Effect.void), 8_191)
      yield* Effect.repeatN(measured(host)(Effect.fail("no")).pipe(Effect.ignore), 191)
      const kept = of(host)
      expect([kept?.values.length, kept?.failed]).toEqual([8_000, 192])
      yield* Effect.forEach(Array.from({ length: 63 }, (_, place) => `host ${place}`), (name) =>
        measured(name)(Effect.void))
      yield* measured(host)(Effect.void)
      yield* measured("one more")(Effect.void)
      expect([hosts().length, hosts().includes(host), hosts().includes("host 0")]).toEqual([64, true, false])
    }).pipe(Effect.provide(UpstreamLatencies.layer)))
})
