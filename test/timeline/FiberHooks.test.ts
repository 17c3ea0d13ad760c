import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, FiberId, Runtime, RuntimeFlags } from "effect"
import { violations } from "../../src/timeline/conservation.ts"
import { outcomeOf } from "../../src/timeline/FiberHooks.ts"
import { fiberOf, interruptionsOf, recorded, slicesOf, waitsOf } from "./recorded.ts"

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

describe("an interruption is recorded although the fiber is awake already", () => {
  const second = 1_000_000_000
  /** Takes nine seconds, and two to clean up. */
  const work = Effect.withSpan(Effect.ensuring(Effect.sleep("9 seconds"), Effect.sleep("2 seconds")), "work")
  const afterOne = { asked: second, honoured: second, cleaned_up: 3 * second }

  it.effect("by the end of a wait for it", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(Effect.gen(function*() {
        const fiber = yield* Effect.forkDaemon(work)
        const waits = Effect.onInterrupt(Fiber.await(fiber), () => Fiber.interrupt(fiber))
        yield* Effect.timeoutOption(Effect.withSpan(waits, "waits"), "1 second")
      }))
      expect(violations(timeline)).toEqual([])
      const by = fiberOf(timeline, "waits")
      expect(interruptionsOf(timeline, "work")).toEqual([{
        ...afterOne,
        fiber: fiberOf(timeline, "work"),
        by,
        why: "asked"
      }])
      expect(slicesOf(timeline, "work")[0]).toMatchObject({ to: second, woken_by: by })
    }))

  it.effect("by the end of a wait for it, while it is shielded", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(Effect.gen(function*() {
        const fiber = yield* Effect.forkDaemon(
          Effect.withSpan(Effect.zipRight(Effect.uninterruptible(Effect.sleep("3 seconds")), Effect.never), "shielded")
        )
        const waits = Effect.onInterrupt(Fiber.await(fiber), () => Fiber.interruptAsFork(fiber, FiberId.none))
        yield* Effect.timeoutOption(waits, "1 second")
        yield* Effect.sleep("9 seconds")
      }))
      expect(violations(timeline)).toEqual([])
      expect(interruptionsOf(timeline, "shielded")).toMatchObject([
        { asked: second, honoured: 3 * second, cleaned_up: 3 * second }
      ])
    }))

  it.effect("by the timeout of a disconnected effect", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(Effect.zipRight(
        Effect.timeoutOption(Effect.disconnect(work), "1 second"),
        Effect.sleep("9 seconds")
      ))
      expect(violations(timeline)).toEqual([])
      expect(interruptionsOf(timeline, "work")).toMatchObject([afterOne])
    }))

  it.effect("by a signal that it got just before, or by its start", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(Effect.gen(function*() {
        const signal = yield* Deferred.make<void>()
        const fiber = yield* Effect.fork(Effect.withSpan(Effect.zipRight(Deferred.await(signal), work), "awake"))
        yield* Effect.sleep("1 second")
        yield* Deferred.succeed(signal, undefined)
        yield* Fiber.interrupt(fiber)
        const fresh = yield* Effect.fork(Effect.never)
        yield* Fiber.interrupt(fresh)
      }))
      expect(violations(timeline)).toEqual([])
      const at = { asked: second, honoured: second, cleaned_up: second }
      const [by, awake, fresh] = timeline.fibers.map(({ id }) => id)
      expect(timeline.interruptions).toMatchObject([{ ...at, by, fiber: awake }, { ...at, by, fiber: fresh }])
    }))

  it.effect("by itself, or by a fiber that it runs", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(Effect.gen(function*() {
        const itself = Effect.withFiberRuntime<never>((fiber) => {
          fiber.unsafeInterruptAsFork(fiber.id())
          return Effect.never
        })
        yield* Effect.exit(Fiber.join(yield* Effect.fork(Effect.withSpan(itself, "itself"))))
        const runner = Effect.flatMap(Effect.runtime<never>(), (runtime) =>
          Effect.withFiberRuntime<never>((fiber) => {
            const inner = Effect.withSpan(Fiber.interruptAsFork(fiber, FiberId.none), "inner")
            Runtime.runFork(runtime, inner, { immediate: true })
            return Effect.never
          }))
        yield* Effect.exit(Fiber.join(yield* Effect.fork(Effect.withSpan(runner, "runner"))))
      }))
      expect(violations(timeline)).toEqual([])
      expect(interruptionsOf(timeline, "itself")).toMatchObject([{ by: fiberOf(timeline, "itself"), cleaned_up: 0 }])
      expect(interruptionsOf(timeline, "runner")).toMatchObject([
        { by: fiberOf(timeline, "inner"), honoured: 0, cleaned_up: 0 }
      ])
    }))
})
