import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { begun, endOf, made, upstream } from "../support/policyKinds.ts"

describe("a rate limit", () => {
  it.effect("lets its burst through and refuses the next, until the interval has passed", () =>
    Effect.gen(function*() {
      const { apply, counters, rateLimit } = yield* made({ rateLimit: { permits: 10, per: "1 second", burst: 2 } })
      const { calls, operation } = upstream(() => ({}))
      const run = apply()(operation)
      yield* Effect.replicateEffect(run, 2)
      expect(yield* endOf(yield* begun(run))).toBe("PolicyRefused: rate limited, for 100 millis")
      yield* TestClock.adjust("99 millis")
      expect(yield* endOf(yield* begun(run))).toBe("PolicyRefused: rate limited, for 1 milli")
      expect(rateLimit?.available(99)).toBe(0)
      yield* TestClock.adjust("1 milli")
      expect(rateLimit?.available(100)).toBe(1)
      yield* run
      expect(calls).toEqual([0, 0, 100])
      expect(counters).toMatchObject({ operations: 3, refused: { "rate limited": 2 } })
    }))

  it.effect("makes operations wait up to maxWait, outside of their timeout", () =>
    Effect.gen(function*() {
      const { apply } = yield* made({
        timeout: "150 millis",
        rateLimit: { permits: 10, per: "1 second", burst: 1, maxWait: "200 millis" }
      })
      const { calls, operation } = upstream(() => ({ takes: 149 }))
      const all = yield* Effect.replicateEffect(begun(apply()(operation)), 4)
      yield* TestClock.adjust("1 second")
      expect(yield* Effect.forEach(all, endOf, { concurrency: 1 })).toEqual([
        1,
        2,
        3,
        "PolicyRefused: rate limited, for 300 millis"
      ])
      expect(calls).toEqual([0, 100, 200])
    }))

  it.effect("takes back the permit of an operation that leaves while it waits", () =>
    Effect.gen(function*() {
      const { apply, rateLimit } = yield* made({
        rateLimit: { permits: 10, per: "1 second", burst: 1, maxWait: "1 second" }
      })
      yield* apply()(Effect.void)
      const waiting = yield* begun(apply()(Effect.void))
      expect(rateLimit?.available(100)).toBe(0)
      yield* Fiber.interrupt(waiting)
      expect(rateLimit?.available(100)).toBe(1)
    }))
})
