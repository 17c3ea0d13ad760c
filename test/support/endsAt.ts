import { expect } from "@effect/vitest"
import { Duration, Effect, Fiber, Option, TestClock } from "effect"

/** Runs an effect under TestClock and asserts that it runs a millisecond before the boundary and has ended at it. */
export const endsAt = <A, E, R>(effect: Effect.Effect<A, E, R>, boundary: Duration.DurationInput) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(effect)
    yield* TestClock.adjust(Duration.subtract(boundary, "1 millis"))
    expect(Option.isNone(yield* Fiber.poll(fiber))).toBe(true)
    yield* TestClock.adjust("1 millis")
    expect(Option.isSome(yield* Fiber.poll(fiber))).toBe(true)
    return yield* Fiber.join(fiber)
  })
