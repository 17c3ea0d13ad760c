import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Option, TestClock } from "effect"
import { Away, begun, endOf, made, upstream, Wrong } from "../support/policyKinds.ts"

const breaker = { failures: 2, openFor: "5 seconds" } as const
const refused = (left: string) => `PolicyRefused: breaker open, for ${left}`
const away = new Away({})

describe("a breaker", () => {
  it.effect("opens after its failures, refuses without a call, and lets one probe through after openFor", () =>
    Effect.gen(function*() {
      const policy = yield* made({ breaker })
      const { calls, operation } = upstream((call) => call < 3 ? { error: away } : { takes: 100 })
      const run = policy.apply()(operation)
      yield* Effect.exit(run)
      expect(policy.breaker?.state(0)).toBe("closed")
      yield* Effect.exit(run)
      yield* TestClock.adjust("4999 millis")
      expect(yield* endOf(yield* begun(run))).toBe(refused("1 milli"))
      yield* TestClock.adjust("1 milli")
      const probe = yield* begun(run)
      expect(yield* endOf(yield* begun(run))).toBe(refused("0 millis"))
      yield* TestClock.adjust("100 millis")
      expect(yield* endOf(probe)).toBe(3)
      yield* Effect.forEach([1, 2], () => begun(run), { concurrency: 1 })
      expect(calls).toEqual([0, 0, 5_000, 5_100, 5_100])
      expect(policy.counters).toMatchObject({ attempts: 5, failures: 2, refused: { "breaker open": 2 } })
      expect(policy.breaker?.opened).toBe(1)
    }))

  it.effect("lets as many probes through at a time as it has, and opens again when one fails", () =>
    Effect.gen(function*() {
      const { apply, breaker: state } = yield* made({ breaker: { ...breaker, probes: 2 } })
      const { calls, operation } = upstream((call) => call < 4 ? { takes: 10, error: away } : { takes: 20 })
      yield* Effect.replicateEffect(begun(Effect.exit(apply()(operation))), 2)
      yield* TestClock.adjust("5010 millis")
      const all = yield* Effect.replicateEffect(begun(Effect.exit(apply()(operation))), 3)
      expect(calls).toHaveLength(4)
      yield* TestClock.adjust("20 millis")
      yield* Fiber.joinAll(all)
      expect(state?.state(5_020)).toBe("open")
      expect(state?.opened).toBe(2)
    }))

  it.effect("takes an error that is no accident for health, and an interruption or a refusal for nothing", () =>
    Effect.gen(function*() {
      const { apply, breaker: state } = yield* made({ breaker, concurrency: { limit: 1, queue: 0, over: "attempt" } })
      yield* Effect.exit(apply()(Effect.fail(away)))
      yield* Effect.exit(apply()(Effect.fail(new Wrong())))
      yield* Effect.exit(apply()(Effect.fail(away)))
      expect(state?.state(0)).toBe("closed")
      const holder = yield* begun(apply()(Effect.never))
      expect(yield* endOf(yield* begun(apply()(Effect.void)))).toBe("PolicyRefused: queue full")
      yield* Fiber.interrupt(holder)
      yield* Effect.exit(apply()(Effect.fail(away)))
      expect(state?.state(0)).toBe("open")
    }))

  it.effect("gives the place of a probe back that is refused or interrupted", () =>
    Effect.gen(function*() {
      const { apply } = yield* made({ breaker, concurrency: { limit: 1, queue: 0, over: "attempt" } })
      yield* Effect.replicateEffect(Effect.exit(apply()(Effect.fail(away))), 2)
      yield* TestClock.adjust("5 seconds")
      const probe = yield* begun(apply()(Effect.never))
      yield* Fiber.interrupt(probe)
      const other = yield* made({ breaker, concurrency: { limit: 1, queue: 0, over: "attempt" } })
      expect(yield* endOf(yield* begun(apply()(Effect.succeed("back"))))).toBe("back")
      expect(other.breaker?.state(0)).toBe("closed")
    }))

  it.effect.each([{ attemptTimeout: "1 second" }, { timeout: "1 second" }])(
    "counts a timeout as a failure: %j",
    (limit) =>
      Effect.gen(function*() {
        const { apply, breaker: state } = yield* made({ ...limit, breaker: { ...breaker, failures: 1 } })
        const fiber = yield* begun(Effect.exit(apply()(Effect.never)))
        yield* TestClock.adjust("999 millis")
        expect(state?.state(999)).toBe("closed")
        yield* TestClock.adjust("1 milli")
        yield* Fiber.join(fiber)
        expect(state?.state(1_000)).toBe("open")
      })
  )

  it.effect.each(
    [
      ["all", [], refused("5 seconds")],
      ["retries", [0], "Away: "]
    ] as const
  )("that breaks %s lets the calls %j through while it is open", ([breaks, expected, end]) =>
    Effect.gen(function*() {
      const { apply } = yield* made({
        breaker: { ...breaker, breaks },
        retry: { attempts: 3, backoff: { kind: "constant", base: "1 second" } }
      })
      const opening = yield* begun(apply()(upstream(() => ({ error: away })).operation))
      const { calls, operation } = upstream(() => ({ error: away }))
      yield* TestClock.adjust("1 second")
      // the second failure opened it, and it outlasts the next pause: the attempts end without one
      expect(yield* opening.poll).not.toEqual(Option.none())
      const during = yield* begun(apply()(operation))
      expect(yield* endOf(during)).toBe(end)
      expect(calls.map((at) => at - 1_000)).toEqual(expected)
    }))

  it.effect("ends the attempts with the last error where it opens during a pause", () =>
    Effect.gen(function*() {
      const { apply, budget, counters } = yield* made({
        breaker,
        retry: { attempts: 3, backoff: { kind: "constant", base: "1 second" }, budget: { ratio: 0, burst: 5 } }
      })
      const { calls, operation } = upstream(() => ({ error: away }))
      const pausing = yield* begun(apply()(operation))
      expect(budget?.balance).toBe(4)
      const other = yield* begun(apply()(operation))
      expect(yield* endOf(other)).toBe("Away: ")
      yield* TestClock.adjust("1 second")
      expect(yield* endOf(pausing)).toBe("Away: ")
      expect(calls).toEqual([0, 0])
      expect(counters.attempts).toBe(2)
      expect(budget?.balance).toBe(5)
    }))
})
