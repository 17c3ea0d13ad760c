import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Option, TestClock } from "effect"
import { Away, begun, endOf, made, upstream } from "../support/policyKinds.ts"

const away = new Away({})
const slowFirst = () => upstream((call) => ({ takes: call === 1 ? 1_000 : 30 }))

describe("a hedge", () => {
  it.effect("starts no copy of an answer within its time, and one after it", () =>
    Effect.gen(function*() {
      const { apply, counters } = yield* made({ hedge: { after: "50 millis" } })
      const quick = upstream(() => ({ takes: 49 }))
      const first = yield* begun(apply()(quick.operation))
      yield* TestClock.adjust("1 second")
      expect(yield* endOf(first)).toBe(1)
      expect(quick.calls).toHaveLength(1)
      const { calls, operation } = slowFirst()
      const second = yield* begun(apply()(operation))
      yield* TestClock.adjust("49 millis")
      expect(calls).toEqual([1_000])
      yield* TestClock.adjust("1 milli")
      expect(calls).toEqual([1_000, 1_050])
      yield* Fiber.interrupt(second)
      expect(counters).toMatchObject({ operations: 2, attempts: 3, hedges: 1 })
    }))

  it.effect("interrupts the loser, and waits for its clean-up before it answers", () =>
    Effect.gen(function*() {
      const { apply } = yield* made({ hedge: { after: "50 millis" } })
      const { log, operation } = slowFirst()
      const cleaned = operation.pipe(Effect.onInterrupt(() => Effect.sleep("20 millis")))
      const fiber = yield* begun(apply()(cleaned))
      yield* TestClock.adjust("80 millis")
      expect(log).toEqual(["1 interrupted 80"])
      yield* TestClock.adjust("19 millis")
      expect(yield* fiber.poll).toEqual(Option.none())
      yield* TestClock.adjust("1 milli")
      expect(yield* endOf(fiber)).toBe(2)
    }))

  it.effect("starts as many copies as its budget has, for all operations together", () =>
    Effect.gen(function*() {
      const { apply, budget, counters } = yield* made({
        hedge: { after: "50 millis", budget: { ratio: 0.1, burst: 1 } }
      })
      const all = yield* Effect.forEach([1, 2, 3], () => begun(apply()(slowFirst().operation)), { concurrency: 1 })
      yield* TestClock.adjust("1 second")
      expect((yield* Effect.forEach(all, endOf, { concurrency: 1 })).toSorted()).toEqual([1, 1, 2])
      expect(counters).toMatchObject({ attempts: 4, hedges: 1, budgetSpent: 2 })
      expect(budget?.balance).toBeCloseTo(0)
    }))

  it.effect("keeps the first copy when the breaker opens, or the permits are out, before the second", () =>
    Effect.gen(function*() {
      const broken = yield* made({ hedge: { after: "50 millis" }, breaker: { failures: 1, openFor: "1 minute" } })
      const { calls, operation } = slowFirst()
      const first = yield* begun(broken.apply()(operation))
      yield* Effect.exit(broken.apply()(Effect.fail(away)))
      yield* TestClock.adjust("1 second")
      expect(yield* endOf(first)).toBe(1)
      expect(calls).toHaveLength(1)
      expect(broken.counters).toMatchObject({ hedges: 0, refused: { "breaker open": 0 } })
      const full = yield* made({ hedge: { after: "50 millis" }, concurrency: { limit: 1, queue: 0, over: "attempt" } })
      const only = yield* begun(full.apply()(slowFirst().operation))
      yield* TestClock.adjust("1 second")
      expect(yield* endOf(only)).toBe(1)
      expect(full.counters.refused["queue full"]).toBe(1)
    }))

  it.effect("tells the breaker of a timeout of the whole, and nothing of losers", () =>
    Effect.gen(function*() {
      const { apply, breaker } = yield* made({
        timeout: "200 millis",
        hedge: { after: "50 millis" },
        breaker: { failures: 2, openFor: "1 minute" }
      })
      yield* Effect.forEach([1, 2, 3, 4], () => begun(apply()(slowFirst().operation)), { concurrency: 1 })
      yield* TestClock.adjust("100 millis")
      expect(breaker?.state(100)).toBe("closed")
      const fiber = yield* begun(Effect.exit(apply()(Effect.never)))
      yield* TestClock.adjust("200 millis")
      yield* Fiber.join(fiber)
      expect(breaker?.state(300)).toBe("open")
    }))
})
