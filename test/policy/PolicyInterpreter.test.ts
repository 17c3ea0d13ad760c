import { describe, expect, it } from "@effect/vitest"
import { Clock, Data, Duration, Effect, Exit, Fiber, FiberId, Option, Ref, Schema, TestClock } from "effect"
import { pauseAfter } from "../../src/policy/Backoff.ts"
import type { FailedAttempt } from "../../src/policy/FailedAttempt.ts"
import { Backoff, Policy } from "../../src/policy/Policy.ts"
import * as PolicyInterpreter from "../../src/policy/PolicyInterpreter.ts"
import { PolicyTimeout } from "../../src/policy/PolicyTimeout.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"

class Unavailable extends Data.TaggedError("Unavailable")<{ readonly attempt: number }> {
  readonly transient = true
}
class Refused extends Data.TaggedError("Refused") {}

const transformer = (json: typeof Policy.Encoded) =>
  Effect.map(PolicyInterpreter.make(Schema.decodeSync(Policy)(json)), ({ apply }) => apply())

/** An operation that fails with the given errors in turn, then succeeds, and the times of its calls in milliseconds. */
const failing = <E>(error: (attempt: number) => E | undefined) =>
  Effect.gen(function*() {
    const calls = yield* Ref.make<ReadonlyArray<number>>([])
    const operation = Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const attempt = yield* Ref.modify(calls, (all) => [all.length + 1, [...all, now]])
      const failure = error(attempt)
      return failure === undefined ? "done" : yield* Effect.fail(failure)
    })
    return { operation, calls: Ref.get(calls) }
  })

const handbook = { retry: { attempts: 3, backoff: { kind: "linear", base: "1 second" } } } as const

describe("retry", () => {
  it.effect("tries at 0, 1 and 3 seconds, and no more", () =>
    Effect.gen(function*() {
      const apply = yield* transformer(handbook)
      const { calls, operation } = yield* failing((attempt) => new Unavailable({ attempt }))
      const fiber = yield* Effect.fork(apply(operation))
      yield* TestClock.adjust("999 millis")
      expect(yield* calls).toEqual([0])
      yield* TestClock.adjust("1 millis")
      expect(yield* calls).toEqual([0, 1000])
      yield* TestClock.adjust("1999 millis")
      expect(yield* calls).toEqual([0, 1000])
      expect(yield* fiber.poll).toEqual(Option.none())
      yield* TestClock.adjust("1 millis")
      expect(yield* calls).toEqual([0, 1000, 3000])
      expect(yield* Fiber.await(fiber)).toEqual(Exit.fail(new Unavailable({ attempt: 3 })))
    }))

  it.effect("ends with the first success", () =>
    Effect.gen(function*() {
      const apply = yield* transformer(handbook)
      const { calls, operation } = yield* failing((attempt) => attempt < 2 ? new Unavailable({ attempt }) : undefined)
      const fiber = yield* Effect.fork(apply(operation))
      yield* TestClock.adjust("1 second")
      expect(yield* Fiber.join(fiber)).toBe("done")
      expect(yield* calls).toEqual([0, 1000])
    }))

  it.effect("never tries again after a permanent error or a defect", () =>
    Effect.gen(function*() {
      const apply = yield* transformer(handbook)
      const { calls, operation } = yield* failing(() => new Refused())
      expect(yield* Effect.exit(apply(operation))).toEqual(Exit.fail(new Refused()))
      expect(yield* Effect.exit(apply(Effect.zipRight(Effect.ignore(operation), Effect.die("bug"))))).toEqual(
        Exit.die("bug")
      )
      expect(yield* calls).toEqual([0, 0])
    }))

  it.effect("tells the hook each failed attempt and the pause after it", () =>
    Effect.gen(function*() {
      const apply = yield* transformer(handbook)
      const told = yield* Ref.make<ReadonlyArray<FailedAttempt<unknown>>>([])
      const { operation } = yield* failing((attempt) => new Unavailable({ attempt }))
      const fiber = yield* Effect.fork(apply(operation, (failed) => Ref.update(told, (all) => [...all, failed])))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.await(fiber)
      expect((yield* Ref.get(told)).map(({ attempt, delay, error }) => ({
        attempt,
        error,
        delay: Option.getOrUndefined(Option.map(delay, Duration.toMillis))
      }))).toEqual([
        { attempt: 1, error: new Unavailable({ attempt: 1 }), delay: 1000 },
        { attempt: 2, error: new Unavailable({ attempt: 2 }), delay: 2000 },
        { attempt: 3, error: new Unavailable({ attempt: 3 }), delay: undefined }
      ])
    }))

  it.effect("notes each failed attempt on the current span", () =>
    Effect.gen(function*() {
      const apply = yield* transformer({})
      const events = yield* Effect.gen(function*() {
        yield* Effect.ignore(apply(Effect.fail(new Refused())))
        const span = yield* Effect.currentSpan
        return "events" in span ? span.events : undefined
      }).pipe(Effect.withSpan("operation"))
      expect(events).toMatchObject([["attempt failed", 0n, { attempt: 1 }]])
    }))

  it.effect("backs off as the policy says, up to its maximum", () =>
    Effect.gen(function*() {
      const base = "1 second"
      const pauses = (written: typeof Backoff.Encoded) =>
        Effect.map(Schema.decode(Backoff)(written), (backoff) => [1, 2, 3, 4, 5].map(pauseAfter(backoff)))
      expect(yield* pauses({ kind: "constant", base })).toEqual([1000, 1000, 1000, 1000, 1000])
      expect(yield* pauses({ kind: "linear", base, max: "3500 millis" })).toEqual([1000, 2000, 3000, 3500, 3500])
      expect(yield* pauses({ kind: "exponential", base, max: "10 seconds" })).toEqual([1000, 2000, 4000, 8000, 10_000])
      expect(yield* pauses({ kind: "exponential", base, factor: 1.5 })).toEqual([1000, 1500, 2250, 3375, 5063])
      expect(yield* pauses({ kind: "exponential", base: "24 hours", factor: 10 })).toEqual(
        Array.from({ length: 5 }, () => 86_400_000)
      )
    }))

  it.effect("draws full jitter evenly from 0 to the backoff, from the seeded Random", () =>
    Effect.gen(function*() {
      const apply = yield* transformer({
        retry: { attempts: 2, backoff: { kind: "constant", base: "99 millis" }, jitter: "full" }
      })
      const draws = Effect.gen(function*() {
        const drawn: Array<number> = []
        const failing = apply(
          Effect.fail(new Unavailable({ attempt: 1 })),
          ({ delay }) => Effect.sync(() => Option.map(delay, (pause) => drawn.push(Duration.toMillis(pause))))
        )
        yield* runVirtual(Effect.replicateEffect(Effect.ignore(failing), 10_000), { seed: 1 })
        return drawn
      })
      const first = yield* draws
      expect(Math.min(...first)).toBe(0)
      expect(Math.max(...first)).toBe(99)
      const mean = first.reduce((sum, millis) => sum + millis, 0) / first.length
      expect(mean).toBeGreaterThan(48)
      expect(mean).toBeLessThan(51)
      expect(yield* draws).toEqual(first)
    }))
})

describe("timeout", () => {
  const slow = (duration: Duration.DurationInput) =>
    Effect.gen(function*() {
      const interruptedAt = yield* Ref.make<ReadonlyArray<number>>([])
      const operation = Effect.delay(Effect.succeed("Terminé"), duration).pipe(
        Effect.onInterrupt(() =>
          Effect.flatMap(Clock.currentTimeMillis, (now) => Ref.update(interruptedAt, (all) => [...all, now]))
        )
      )
      return { operation, interruptedAt: Ref.get(interruptedAt) }
    })
  const timedOut = (after: Duration.DurationInput) => Exit.fail(new PolicyTimeout({ after: Duration.decode(after) }))

  it.effect("interrupts the slow operation at its time, not before", () =>
    Effect.gen(function*() {
      const apply = yield* transformer({ timeout: "5 seconds" })
      const { interruptedAt, operation } = yield* slow("10 seconds")
      const fiber = yield* Effect.fork(apply(operation))
      yield* TestClock.adjust("4999 millis")
      expect(yield* fiber.poll).toEqual(Option.none())
      expect(yield* interruptedAt).toEqual([])
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.await(fiber)).toEqual(timedOut("5 seconds"))
      expect(yield* interruptedAt).toEqual([5000])
    }))

  it.effect("lets an operation succeed just before", () =>
    Effect.gen(function*() {
      const apply = yield* transformer({ timeout: "5 seconds" })
      const { interruptedAt, operation } = yield* slow("4999 millis")
      const fiber = yield* Effect.fork(apply(operation))
      yield* TestClock.adjust("10 seconds")
      expect(yield* Fiber.join(fiber)).toBe("Terminé")
      expect(yield* interruptedAt).toEqual([])
    }))

  it.effect("of an attempt is transient, and the next attempt has its own time", () =>
    Effect.gen(function*() {
      const apply = yield* transformer({ ...handbook, attemptTimeout: "5 seconds" })
      const { interruptedAt, operation } = yield* slow("10 seconds")
      const fiber = yield* Effect.fork(apply(operation))
      yield* TestClock.adjust("17999 millis")
      expect(yield* fiber.poll).toEqual(Option.none())
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.await(fiber)).toEqual(timedOut("5 seconds"))
      expect(yield* interruptedAt).toEqual([5000, 11_000, 18_000])
    }))

  it.effect("of the whole covers all attempts and the pauses between them", () =>
    Effect.gen(function*() {
      const apply = yield* transformer({ ...handbook, attemptTimeout: "5 seconds", timeout: "8 seconds" })
      const { interruptedAt, operation } = yield* slow("10 seconds")
      const fiber = yield* Effect.fork(apply(operation))
      yield* TestClock.adjust("7999 millis")
      expect(yield* fiber.poll).toEqual(Option.none())
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.await(fiber)).toEqual(timedOut("8 seconds"))
      expect(yield* interruptedAt).toEqual([5000, 8000])
    }))

  it.effect("does not count the wait for a permit", () =>
    Effect.gen(function*() {
      const apply = yield* transformer({ concurrency: 1, timeout: "5 seconds" })
      const fibers = yield* Effect.forEach(
        [4, 4, 4],
        (seconds) => Effect.fork(apply(Effect.sleep(Duration.seconds(seconds)))),
        { concurrency: 1 }
      )
      yield* TestClock.adjust("12 seconds")
      expect(yield* Fiber.await(Fiber.all(fibers))).toEqual(Exit.succeed([undefined, undefined, undefined]))
    }))

  it.effect("leaves an interruption from outside unchanged", () =>
    Effect.gen(function*() {
      const apply = yield* transformer({ ...handbook, timeout: "5 seconds" })
      const { interruptedAt, operation } = yield* slow("10 seconds")
      const fiber = yield* Effect.fork(apply(operation))
      yield* TestClock.adjust("1 second")
      const exit = yield* Fiber.interruptAs(fiber, FiberId.none)
      expect(Exit.isInterrupted(exit)).toBe(true)
      expect(yield* interruptedAt).toEqual([1000])
    }))
})

describe("concurrency", () => {
  it.effect("keeps a batch of 100 at 3 at once, 34 seconds at 1 second each", () =>
    Effect.gen(function*() {
      const apply = yield* transformer({ concurrency: 3 })
      const active = yield* Ref.make({ now: 0, most: 0 })
      const item = Effect.acquireUseRelease(
        Ref.update(active, ({ most, now }) => ({ now: now + 1, most: Math.max(most, now + 1) })),
        () => Effect.sleep("1 second"),
        () => Ref.update(active, ({ most, now }) => ({ now: now - 1, most }))
      )
      const batch = Effect.forEach(Array.from({ length: 100 }), () => apply(item), {
        concurrency: "unbounded",
        discard: true
      })
      const fiber = yield* Effect.fork(batch)
      yield* TestClock.adjust("33999 millis")
      expect(yield* fiber.poll).toEqual(Option.none())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(fiber)
      expect(yield* Ref.get(active)).toEqual({ now: 0, most: 3 })
    }))

  it.effect("takes the permits from the party that it is given", () =>
    Effect.gen(function*() {
      const { apply, parties } = yield* PolicyInterpreter.make({ concurrency: 1 })
      const party = yield* parties.party
      const second = Effect.sleep("1 second")
      yield* Effect.fork(
        Effect.forEach([1, 2, 3], () => apply(party)(second), { concurrency: "unbounded" })
      )
      yield* TestClock.adjust("500 millis")
      const other = yield* Effect.fork(apply()(second))
      // The party's second operation runs first, the third after it.
      yield* TestClock.adjust("2499 millis")
      expect(yield* other.poll).toEqual(Option.none())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(other)
    }).pipe(Effect.scoped))
})
