import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, FastCheck, Fiber, Layer, Option, TestClock } from "effect"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import { Batch } from "../../src/batch/Batch.ts"
import { Policies } from "../../src/policy/Policies.ts"
import type { Policy } from "../../src/policy/Policy.ts"
import { anyCharacter } from "../support/anyCharacter.ts"
import { endsAt } from "../support/endsAt.ts"
import { spanCounter } from "../support/spans.ts"

const layer = (settings: Partial<Values> = {}, batch: Policy = { concurrency: 3 }) =>
  Batch.layer.pipe(
    Layer.provideMerge(Policies.layerWith({ batch })),
    Layer.provide(AppConfig.layerWith(settings))
  )

const itemsOf = (count: number, name = "item") => Array.from({ length: count }, (_, index) => `${name} ${index}`)

const process = (items: ReadonlyArray<string>, concurrency?: number) =>
  Effect.flatMap(Batch, (batch) => batch.process(items, concurrency))

/** Runs a batch with progress and keeps its events. */
const watched = (items: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const done: Array<number> = []
    const run = yield* Effect.flatMap(Batch, (batch) => batch.withProgress(items))
    const fiber = yield* Effect.fork(run(({ index }) => Effect.sync(() => void done.push(index))))
    return { done, fiber }
  })

const isRunning = <A, E>(fiber: Fiber.RuntimeFiber<A, E>) => Effect.map(Fiber.poll(fiber), Option.isNone)

describe("process", () => {
  it.effect("a hundred items take 34 s, never more than three at once, and answer in order", () =>
    Effect.gen(function*() {
      const { spans, tracer } = yield* spanCounter("Batch.processItem")
      const items = itemsOf(100)
      const results = yield* endsAt(Effect.withTracer(process(items), tracer), "34 seconds")
      expect(results).toEqual(items.map((item) => `Processed: ${item}`))
      expect(spans).toEqual({ active: 0, most: 3, started: 100 })
    }).pipe(Effect.provide(layer())))

  it.effect.prop(
    "n items take n/3 seconds, rounded up, and answer in order",
    { items: FastCheck.array(FastCheck.string({ unit: anyCharacter }), { minLength: 1, maxLength: 20 }) },
    ({ items }) =>
      Effect.gen(function*() {
        const results = yield* endsAt(process(items), Duration.seconds(Math.ceil(items.length / 3)))
        expect(results).toEqual(items.map((item) => `Processed: ${item}`))
      }).pipe(Effect.provide(layer())),
    { fastCheck: { numRuns: 20 } }
  )

  it.effect("no items answer at once", () =>
    Effect.gen(function*() {
      expect(yield* process([])).toEqual([])
    }).pipe(Effect.provide(layer())))

  it.effect("an item takes as long as it is configured to", () =>
    endsAt(process(["a", "b", "c", "d"]), "20 seconds").pipe(
      Effect.provide(layer({ batchItemDuration: Duration.seconds(10) }))
    ))

  it.effect("two batches share the three permits", () =>
    Effect.gen(function*() {
      const { spans, tracer } = yield* spanCounter("Batch.processItem")
      const both = Effect.all([process(itemsOf(10)), process(itemsOf(8))], { concurrency: 2 })
      yield* endsAt(Effect.withTracer(both, tracer), "6 seconds")
      expect(spans).toEqual({ active: 0, most: 3, started: 18 })
    }).pipe(Effect.provide(layer())))

  it.effect("a share bounds the permits that a batch holds at once, and leaves the others to other batches", () =>
    Effect.gen(function*() {
      const { spans, tracer } = yield* spanCounter("Batch.processItem")
      const narrow = Effect.withTracer(process(itemsOf(4), 1), tracer)
      yield* endsAt(Effect.all([narrow, process(itemsOf(2))], { concurrency: 2 }), "4 seconds")
      expect(spans).toEqual({ active: 0, most: 1, started: 4 })
      yield* Effect.fork(narrow)
      yield* Effect.yieldNow()
      yield* endsAt(process(itemsOf(2)), "1 seconds")
    }).pipe(Effect.provide(layer())))

  it.effect("a timeout of the policy fails the batch and ends the other items", () =>
    Effect.gen(function*() {
      const { spans, tracer } = yield* spanCounter("Batch.processItem")
      const failure = yield* endsAt(
        Effect.flip(Effect.withTracer(process(itemsOf(9)), tracer)),
        "500 millis"
      )
      expect(failure).toMatchObject({ _tag: "TimedOut", what: "POST /batch-process", after: 0.5 })
      expect(spans.active).toBe(0)
      yield* TestClock.adjust("1 minute")
      expect(spans.started).toBe(3)
    }).pipe(Effect.provide(layer({}, { concurrency: 3, timeout: Duration.millis(500) }))))
})

describe("fairness", () => {
  it.effect("one item waits for one permit, not for the sixty items of another batch", () =>
    Effect.gen(function*() {
      const large = yield* Effect.fork(process(itemsOf(60)))
      yield* TestClock.adjust("500 millis")
      // a permit is free at 1 s
      yield* endsAt(process(["one"]), "1500 millis")
      yield* TestClock.adjust("18999 millis")
      expect(yield* isRunning(large)).toBe(true)
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.join(large)).toHaveLength(60)
    }).pipe(Effect.provide(layer())))

  it.effect("each free permit goes to the next batch in turn, not to the next item", () =>
    Effect.gen(function*() {
      yield* Effect.forkAll([process(itemsOf(60)), process(itemsOf(60))])
      yield* TestClock.adjust("500 millis")
      // of the three permits free at 1 s, the second batch, which has three items waiting, gets two
      yield* endsAt(process(["one"]), "1500 millis")
    }).pipe(Effect.provide(layer())))

  it.effect("two long batches progress side by side", () =>
    Effect.gen(function*() {
      const [first, second] = [yield* watched(itemsOf(60)), yield* watched(itemsOf(60))]
      for (let elapsed = 1; elapsed <= 20; elapsed++) {
        yield* TestClock.adjust("1 seconds")
        expect(first.done.length + second.done.length).toBe(3 * elapsed)
        // the first batch took all three permits before the second came
        expect(Math.abs(first.done.length - second.done.length)).toBeLessThanOrEqual(3)
      }
      yield* Fiber.interruptAll([first.fiber, second.fiber])
    }).pipe(Effect.provide(layer())))

  it.effect("one item does not wait for all sixty of another batch, even if they take no time", () =>
    Effect.gen(function*() {
      const { done, fiber } = yield* watched(itemsOf(300))
      yield* process(["one"])
      expect(done.length).toBeGreaterThan(0)
      expect(done.length).toBeLessThan(60)
      yield* Fiber.interrupt(fiber)
      expect(done.length).toBeLessThan(300)
      // the interrupted batch has left no items
      expect(yield* process(itemsOf(300))).toHaveLength(300)
    }).pipe(Effect.provide(layer({ batchItemDuration: Duration.zero, batchMaxWaiting: 301 }))))

  it.effect("an interrupted batch gives up its permits and its waiting items at once", () =>
    Effect.gen(function*() {
      const left = yield* watched(itemsOf(45))
      const other = yield* Effect.fork(process(itemsOf(3)))
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(left.fiber)
      yield* TestClock.adjust("999 millis")
      expect(yield* isRunning(other)).toBe(true)
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.join(other)).toHaveLength(3)
      expect(left.done).toEqual([])
    }).pipe(Effect.provide(layer())))
})

describe("withProgress", () => {
  it.effect("tells of each item as it finishes, with the count so far", () =>
    Effect.gen(function*() {
      const told: Array<unknown> = []
      const run = yield* Effect.flatMap(Batch, (batch) => batch.withProgress(["a", "b"], 1))
      const results = yield* endsAt(run((progress) => Effect.sync(() => void told.push(progress))), "2 seconds")
      expect(results).toEqual(["Processed: a", "Processed: b"])
      expect(told).toEqual([
        { done: 1, total: 2, index: 0, result: "Processed: a" },
        { done: 2, total: 2, index: 1, result: "Processed: b" }
      ])
    }).pipe(Effect.provide(layer())))

  it.effect("a listener that waits holds no permit", () =>
    Effect.gen(function*() {
      const run = yield* Effect.flatMap(Batch, (batch) => batch.withProgress(itemsOf(9)))
      const stuck = yield* Effect.fork(run(() => Effect.never))
      yield* TestClock.adjust("1 seconds")
      yield* endsAt(process(itemsOf(3)), "1 seconds")
      expect(yield* isRunning(stuck)).toBe(true)
    }).pipe(Effect.provide(layer())))
})

describe("limits", () => {
  const tooLong = (most: string) => ({
    _tag: "InvalidInput",
    errors: [{ loc: ["body"], msg: { en: most }, type: "too_long" }]
  })

  it.effect("a batch has at most 300 items", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(process(itemsOf(300)))
      yield* Effect.yieldNow()
      expect(yield* isRunning(fiber)).toBe(true)
      expect(yield* Effect.flip(process(itemsOf(301)))).toMatchObject(
        tooLong("must have at most 300 items (3000 with Accept: text/event-stream)")
      )
    }).pipe(Effect.provide(layer())))

  it.effect("a batch with progress has at most 3,000 items", () =>
    Effect.gen(function*() {
      const batch = yield* Batch
      expect(yield* batch.withProgress(itemsOf(3_000))).toBeTypeOf("function")
      expect(yield* Effect.flip(batch.withProgress(itemsOf(3_001)))).toMatchObject(
        tooLong("must have at most 3000 items")
      )
    }).pipe(Effect.provide(layer())))

  it.effect("a share is at most the policy's permits", () =>
    Effect.gen(function*() {
      expect(yield* Effect.flip(process(["a"], 4))).toMatchObject({
        _tag: "InvalidInput",
        errors: [{ loc: ["query", "concurrency"], msg: { en: "must be a whole number from 1 to 3" } }]
      })
      yield* endsAt(process(["a"], 3), "1 seconds")
    }).pipe(Effect.provide(layer())))

  it.effect("beyond 10 unfinished items of all batches the answer is 503, until enough have finished or left", () =>
    Effect.gen(function*() {
      const first = yield* Effect.fork(process(itemsOf(9)))
      yield* Effect.yieldNow()
      yield* endsAt(process(["fits"]), "2 seconds")
      // six or seven of nine items are left now
      expect(yield* Effect.flip(process(itemsOf(10)))).toMatchObject({ _tag: "Overloaded", what: { name: "batch" } })
      const second = yield* Effect.fork(process(itemsOf(5)))
      yield* Effect.yieldNow()
      const refused = yield* Effect.flip(process(itemsOf(10)))
      // nine items in excess, three a second
      expect(refused).toMatchObject({ _tag: "Overloaded", retry_after: 3 })
      yield* Fiber.interruptAll([first, second])
      yield* endsAt(process(itemsOf(10)), "4 seconds")
    }).pipe(Effect.provide(layer({ batchMaxWaiting: 10 }))))

  it.effect("a checked batch is refused when it runs if others were accepted meanwhile", () =>
    Effect.gen(function*() {
      const run = yield* Effect.flatMap(Batch, (batch) => batch.withProgress(itemsOf(8)))
      const other = yield* Effect.fork(process(itemsOf(3)))
      yield* Effect.yieldNow()
      expect(yield* Effect.flip(run(() => Effect.void))).toMatchObject({ _tag: "Overloaded", retry_after: 1 })
      yield* TestClock.adjust("1 seconds")
      yield* Fiber.join(other)
      yield* endsAt(run(() => Effect.void), "3 seconds")
    }).pipe(Effect.provide(layer({ batchMaxWaiting: 10 }))))
})
