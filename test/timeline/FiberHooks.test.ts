import { expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"

it.effect("fibers have the private parts that the recorder reads", () =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(Effect.never)
    yield* Effect.yieldNow()
    for (const part of ["_queue", "_asyncBlockingOn", "_asyncInterruptor", "currentRuntimeFlags"]) {
      expect([part, part in fiber]).toEqual([part, true])
    }
    yield* Fiber.interrupt(fiber)
    const current: unknown = yield* Effect.sync(() => Reflect.get(globalThis, "effect/FiberCurrent"))
    expect(current).toHaveProperty("id")
  }))
