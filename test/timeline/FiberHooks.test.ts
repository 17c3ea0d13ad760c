import { expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, FiberId, RuntimeFlags } from "effect"
import { outcomeOf } from "../../src/timeline/FiberHooks.ts"
import { recorded, waitsOf } from "./recorded.ts"

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

it.effect("the private parts mean what the public ones tell", () =>
  Effect.gen(function*() {
    const signal = yield* Deferred.make<void>()
    const fiber = yield* Effect.fork(Deferred.await(signal))
    yield* Effect.yieldNow()
    // the id on which a fiber waits
    const status = yield* Fiber.status(fiber)
    const blocking: unknown = Reflect.get(fiber, "_asyncBlockingOn")
    expect(status).toMatchObject({ _tag: "Suspended", blockingOn: blocking })
    expect(FiberId.isFiberId(blocking)).toBe(true)
    // flags, and whether an interruption may end the wait
    const flags: unknown = Reflect.get(fiber, "currentRuntimeFlags")
    expect(flags).toBe(status._tag === "Done" ? undefined : status.runtimeFlags)
    expect(RuntimeFlags.interruptible(status._tag === "Done" ? RuntimeFlags.none : status.runtimeFlags)).toBe(true)
    expect(Reflect.get(fiber, "_asyncInterruptor")).not.toBe(null)
    yield* Deferred.succeed(signal, undefined)
    yield* Fiber.join(fiber)
    // the fiber that runs
    const [current, own] = yield* Effect.all([
      Effect.sync(() => Reflect.get(globalThis, "effect/FiberCurrent").id()),
      Effect.fiberId
    ], { concurrency: 1 })
    expect(current).toEqual(own)
  }))

it.effect("an item of Effect.all and a side of a race have the end of what they ran, and other fibers their own", () =>
  Effect.gen(function*() {
    const failing = (name: string) => Effect.withSpan(Effect.fail("no"), name)
    const timeline = yield* recorded(
      Effect.all([
        Effect.exit(Effect.all([failing("item"), Effect.sleep(1)], { concurrency: 2 })),
        Effect.exit(Effect.timeout(failing("side"), "1 second")),
        Effect.flatMap(Effect.fork(Effect.withSpan(Effect.exit(Effect.fail("no")), "own")), Fiber.join)
      ], { concurrency: 1 })
    )
    const outcomes = timeline.fibers
      .filter(({ name }) => ["item", "side", "own"].includes(name))
      .map(({ name, outcome }) => [name, outcome])
    expect(outcomes).toEqual([["item", "failure"], ["side", "failure"], ["own", "success"]])
    expect(outcomeOf(yield* Effect.exit(Effect.succeed(yield* Effect.exit(Effect.fail("no")))))).toBe("success")
    expect(waitsOf(timeline, "own")).toEqual([])
  }))
