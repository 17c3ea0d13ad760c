import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, FiberRef, Ref, TestClock } from "effect"
import { together } from "../../../src/platform/scheduler/together.ts"

describe("together", () => {
  it.effect("takes as long as the longest", () =>
    Effect.gen(function*() {
      const after = (seconds: number) => Effect.delay(Effect.succeed(seconds), `${seconds} seconds`)
      const fiber = yield* Effect.fork(together(after(1), after(3), after(2)))
      yield* TestClock.adjust("2999 millis")
      expect(fiber.unsafePoll()).toBeNull()
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.join(fiber)).toEqual([1, 3, 2])
    }))

  it.effect("needs no turn of the scheduler for what waits for nothing, and sees what its caller has set", () =>
    Effect.gen(function*() {
      const ref = FiberRef.unsafeMake("unset")
      const read = FiberRef.get(ref)
      let ran = 0
      yield* Effect.fork(Effect.forever(Effect.zipRight(Effect.sync(() => ran++), Effect.yieldNow())))
      yield* Effect.yieldNow()
      const before = ran
      const values = yield* Effect.locally(together(read, Effect.succeed(2), Effect.sync(() => 3)), ref, "set")
      expect(values).toEqual(["set", 2, 3])
      expect(ran).toBe(before)
    }))

  it.effect("fails with the first failure, once the others are interrupted", () =>
    Effect.gen(function*() {
      const ended = yield* Ref.make<ReadonlyArray<string>>([])
      const note = (what: string) => Ref.update(ended, (list) => [...list, what])
      const slow = (name: string) => Effect.onInterrupt(Effect.never, () => note(name))
      const failure = yield* Effect.flip(together(slow("first"), Effect.fail("second"), slow("third")))
      expect(failure).toBe("second")
      expect([...(yield* Ref.get(ended))].sort()).toEqual(["first", "third"])
    }))

  it.effect("interrupted, interrupts all three", () =>
    Effect.gen(function*() {
      const begun = yield* Deferred.make<void>()
      const interrupted = yield* Ref.make(0)
      const slow = Effect.onInterrupt(Effect.never, () => Ref.update(interrupted, (n) => n + 1))
      const last = Effect.zipRight(Deferred.succeed(begun, undefined), slow)
      const fiber = yield* Effect.fork(together(slow, slow, last))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      expect(yield* Ref.get(interrupted)).toBe(3)
    }))
})
