import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, FastCheck, Fiber, Option, TestClock } from "effect"
import type { Policy } from "../../src/policy/Policy.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import { Away, begun, endOf, made, upstream } from "../support/policyKinds.ts"

type Retry = NonNullable<typeof Policy.Encoded["retry"]>

const constant = { attempts: 3, backoff: { kind: "constant", base: "1 second" } } as const satisfies Retry

const always = (retryAfter?: Duration.DurationInput) =>
  upstream(() => ({ error: new Away(retryAfter === undefined ? {} : { retryAfter: Duration.decode(retryAfter) }) }))

describe("jitter", () => {
  const pauses = (retry: Retry, times: number) =>
    Effect.gen(function*() {
      const { apply } = yield* made({ retry })
      const drawn: Array<number> = []
      const run = apply()(
        Effect.fail(new Away({})),
        ({ delay }) => Effect.sync(() => Option.map(delay, (pause) => drawn.push(Duration.toMillis(pause))))
      )
      yield* runVirtual(Effect.replicateEffect(Effect.ignore(run), times), { seed: 1 })
      return drawn
    })

  it.effect("of no kind is the backoff itself", () =>
    Effect.gen(function*() {
      expect(yield* pauses(constant, 1)).toEqual([1_000, 1_000])
    }))

  it.effect.each([["full", 0, 20], ["equal", 10, 20]] as const)(
    "%s draws every pause from %d to %d ms",
    ([jitter, least, most]) =>
      Effect.gen(function*() {
        const drawn = yield* pauses(
          { attempts: 2, backoff: { kind: "constant", base: "20 millis" }, jitter },
          1_000
        )
        const all = Array.from({ length: most - least + 1 }, (_, index) => least + index)
        expect([...new Set(drawn)].toSorted((a, b) => a - b)).toEqual(all)
      })
  )

  it.effect("decorrelated draws from the base to three times the last pause, up to the backoff's most", () =>
    Effect.gen(function*() {
      const drawn = yield* pauses({
        attempts: 3,
        backoff: { kind: "exponential", base: "10 millis", max: "80 millis" },
        jitter: "decorrelated"
      }, 1_000)
      const pairs = drawn.flatMap((pause, index) => index % 2 === 0 ? [[pause, drawn[index + 1] ?? 0] as const] : [])
      expect(Math.min(...pairs.map(([first]) => first))).toBe(10)
      expect(Math.max(...pairs.map(([first]) => first))).toBe(30)
      for (const [first, second] of pairs) {
        expect(second).toBeGreaterThanOrEqual(10)
        expect(second).toBeLessThanOrEqual(Math.min(80, first * 3))
      }
      expect(Math.max(...pairs.map(([, second]) => second))).toBe(80)
    }))
})

describe("Retry-After", () => {
  const callsOf = (retry: Retry, retryAfter: Duration.DurationInput, timeout?: string) =>
    Effect.gen(function*() {
      const { apply } = yield* made({ retry, ...timeout !== undefined && { timeout } })
      const { calls, operation } = always(retryAfter)
      const fiber = yield* begun(Effect.exit(apply()(operation)))
      yield* TestClock.adjust("10 minutes")
      yield* Fiber.join(fiber)
      return calls.map((at) => at - (calls[0] ?? 0))
    })

  it.effect("is honoured where it is longer than the backoff", () =>
    Effect.gen(function*() {
      expect(yield* callsOf(constant, "5 seconds")).toEqual([0, 5_000, 10_000])
      expect(yield* callsOf(constant, "500 millis")).toEqual([0, 1_000, 2_000])
    }))

  it.effect("is ignored on demand", () =>
    Effect.gen(function*() {
      expect(yield* callsOf({ ...constant, retryAfter: "ignore" }, "5 seconds")).toEqual([0, 1_000, 2_000])
    }))

  it.effect("has the jitter on top, so that those who were asked the same do not return together", () =>
    Effect.gen(function*() {
      const [, second = 0, third = 0] = yield* callsOf({ ...constant, jitter: "equal" }, "5 seconds")
      for (const pause of [second, third - second]) {
        expect(pause).toBeGreaterThanOrEqual(5_500)
        expect(pause).toBeLessThanOrEqual(6_000)
      }
    }))

  it.effect("beyond a minute ends the attempts of a policy without a timeout", () =>
    Effect.gen(function*() {
      expect(yield* callsOf(constant, "60 seconds")).toEqual([0, 60_000, 120_000])
      expect(yield* callsOf(constant, "60001 millis")).toEqual([0])
      expect(yield* callsOf({ ...constant, attempts: 2 }, "2 minutes", "3 minutes")).toEqual([0, 120_000])
    }))
})

describe("a deadline", () => {
  it.effect.each([["1501 millis", "Away", 500], ["1502 millis", "PolicyTimeout", 1_501]] as const)(
    "of %s ends in %s, as a pause of 1 s from 501 ms fits or not",
    ([timeout, name, at]) =>
      Effect.gen(function*() {
        const { apply } = yield* made({ timeout, retry: constant })
        const { calls, operation } = upstream((call) => ({
          takes: call === 1 ? 501 : 5_000,
          error: new Away({})
        }))
        const fiber = yield* begun(apply()(operation))
        yield* TestClock.adjust(`${at} millis`)
        expect(yield* fiber.poll).toEqual(Option.none())
        yield* TestClock.adjust("1 milli")
        expect(yield* endOf(fiber)).toContain(name)
        expect(calls).toEqual(name === "Away" ? [0] : [0, 1_501])
      })
  )

  it.effect("is told to an operation that asks for it: the first of its timeouts", () =>
    Effect.gen(function*() {
      const { apply } = yield* made({ timeout: "5 seconds", attemptTimeout: "2 seconds", retry: constant })
      const told: Array<number | undefined> = []
      const fiber = yield* begun(
        apply()((time) =>
          Effect.zipRight(
            Effect.sync(() => {
              told.push(time.left)
            }),
            Effect.zipRight(Effect.sleep("1500 millis"), Effect.fail(new Away({})))
          )
        )
      )
      yield* TestClock.adjust("5 seconds")
      yield* Effect.exit(Fiber.join(fiber))
      expect(told).toEqual([2_000, 2_000])
      const unbounded = yield* made({})
      yield* unbounded.apply()((time) => Effect.sync(() => told.push(time.left)))
      expect(told[2]).toBeUndefined()
    }))
})

describe("a retry budget", () => {
  const budgeted = (budget: NonNullable<Retry["budget"]>) =>
    made({ retry: { attempts: 2, backoff: { kind: "constant", base: "0 millis" }, budget } })

  it.effect("per request gives a retry for ten requests, and not for nine", () =>
    Effect.gen(function*() {
      const { apply, budget, counters } = yield* budgeted({ ratio: 0.1, burst: 1 })
      yield* Effect.exit(apply()(always().operation))
      expect(counters).toMatchObject({ attempts: 2, budgetSpent: 0 })
      yield* Effect.replicateEffect(Effect.exit(apply()(always().operation)), 9)
      expect(counters).toMatchObject({ attempts: 11, budgetSpent: 9 })
      yield* Effect.exit(apply()(always().operation))
      expect(counters).toMatchObject({ operations: 11, attempts: 13, budgetSpent: 9 })
      expect(budget?.balance).toBeCloseTo(0)
    }))

  it.effect("per success gives none for requests that fail", () =>
    Effect.gen(function*() {
      const { apply, counters } = yield* budgeted({ ratio: 1, burst: 1, per: "success" })
      yield* Effect.replicateEffect(Effect.exit(apply()(always().operation)), 3)
      expect(counters).toMatchObject({ attempts: 4, budgetSpent: 2 })
      yield* apply()(Effect.void)
      yield* Effect.exit(apply()(always().operation))
      expect(counters).toMatchObject({ attempts: 7, budgetSpent: 2 })
    }))

  it.effect.prop(
    "that is larger never makes fewer attempts",
    [
      FastCheck.array(FastCheck.array(FastCheck.boolean(), { minLength: 4, maxLength: 4 }), { maxLength: 30 }),
      FastCheck.tuple(FastCheck.integer({ min: 0, max: 20 }), FastCheck.integer({ min: 0, max: 20 })),
      FastCheck.tuple(FastCheck.integer({ min: 0, max: 10 }), FastCheck.integer({ min: 0, max: 10 })),
      FastCheck.constantFrom("request" as const, "success" as const)
    ],
    ([requests, ratios, bursts, per]) =>
      Effect.gen(function*() {
        const attemptsWith = (ratio: number, burst: number) =>
          Effect.gen(function*() {
            const { apply, counters } = yield* made({
              retry: {
                attempts: 4,
                backoff: { kind: "constant", base: "0 millis" },
                budget: { ratio: ratio / 10, burst, per }
              }
            })
            for (const fails of requests) {
              yield* Effect.exit(
                apply()(upstream((call) => fails[call - 1] === true ? { error: new Away({}) } : {}).operation)
              )
            }
            return counters.attempts
          })
        const small = yield* attemptsWith(Math.min(...ratios), Math.min(...bursts))
        const large = yield* attemptsWith(Math.max(...ratios), Math.max(...bursts))
        expect(large).toBeGreaterThanOrEqual(small)
      }),
    { fastCheck: { numRuns: 50 } }
  )
})
