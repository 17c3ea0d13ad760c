import { HttpServerError } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Queue } from "effect"
import { cancellation, interruptors } from "../../src/domain/Interruptors.ts"
import { waitFor, waiting } from "../../src/domain/Wait.ts"
import { Signals } from "../../src/platform/jobs/run/Signals.ts"
import * as FairSemaphore from "../../src/policy/FairSemaphore.ts"
import { Policies } from "../../src/policy/Policies.ts"
import { violations } from "../../src/timeline/conservation.ts"
import * as FiberRecorder from "../../src/timeline/FiberRecorder.ts"
import { fiberOf, interruptionsOf, recorded, waitsOf } from "./recorded.ts"

const second = 1_000_000_000
const task = (name: string, seconds: number) => Effect.withSpan(Effect.sleep(seconds * 1000), name)
const unbounded = { concurrency: "unbounded", discard: true } as const

describe("the reason of a wait", () => {
  it.effect("for a permit names the policy, the place in the queue and the holders", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(
        Effect.flatMap(Policies, (policies) =>
          Effect.forEach(["a", "b", "c"], (name) =>
            Effect.withSpan(policies.of("batch").apply(Effect.sleep("1 second")), name), unbounded)).pipe(
            Effect.provide(Policies.layerWith({ batch: { concurrency: 1 } }))
          )
      )
      expect(waitsOf(timeline, "a")).toMatchObject([{ kind: "sleep" }])
      const holders = [fiberOf(timeline, "a")]
      expect(waitsOf(timeline, "b")[0]).toEqual({ kind: "permit", policy: "batch", place: 1, holders })
      expect(waitsOf(timeline, "c")[0]).toEqual({ kind: "permit", policy: "batch", place: 2, holders })
    }))

  it.effect("for a permit counts the places of other parties that the round robin serves before", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(Effect.scoped(Effect.gen(function*() {
        const semaphore = yield* FairSemaphore.make(1)
        const [many, other] = [yield* semaphore.party, yield* semaphore.party]
        const item = (party: FairSemaphore.Party, name: string) =>
          Effect.withSpan(party.withPermit(Effect.sleep(1000)), name)
        yield* Effect.all([
          item(many, "many 0"),
          item(many, "many 1"),
          item(many, "many 2"),
          item(other, "other 1"),
          item(many, "many 3"),
          item(other, "other 2")
        ], unbounded)
      })))
      const places = ["many 1", "many 2", "other 1", "many 3", "other 2"].map((
        name
      ) => [name, waitsOf(timeline, name)[0]])
      expect(places).toMatchObject([
        ["many 1", { place: 1 }],
        ["many 2", { place: 2 }],
        // second in the round, whatever the first party has
        ["other 1", { place: 2 }],
        ["many 3", { place: 4 }],
        ["other 2", { place: 4 }]
      ])
    }))

  it.effect("for a fiber is not that for a signal which that fiber gives", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(
        Effect.gen(function*() {
          const [own, queue] = [yield* Deferred.make<void>(), yield* Queue.unbounded<number>()]
          const worker = yield* Effect.fork(Effect.withSpan(
            Effect.sleep(1000).pipe(
              Effect.zipRight(Deferred.succeed(own, undefined)),
              Effect.zipRight(Effect.sleep(1000)),
              Effect.zipRight(Queue.offer(queue, 1)),
              Effect.zipRight(Effect.sleep(1000))
            ),
            "worker"
          ))
          yield* Deferred.await(own)
          yield* Queue.take(queue)
          yield* Fiber.join(worker)
        }).pipe(Effect.withSpan("root"))
      )
      expect(violations(timeline)).toEqual([])
      const worker = fiberOf(timeline, "worker")
      expect(waitsOf(timeline, "root")).toEqual([
        { kind: "signal" },
        { kind: "signal" },
        { kind: "join", fiber: worker }
      ])
    }))

  it.effect("of a coordinator is its items, and of a race both its sides", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(
        Effect.withSpan(Effect.forEach([1, 3, 1], (seconds) => task(`${seconds}`, seconds), { concurrency: 2 }), "root")
      )
      expect(violations(timeline)).toEqual([])
      const [root, coordinator] = timeline.fibers
      expect(waitsOf(timeline, "root")).toEqual([{ kind: "join", fiber: coordinator?.id }])
      const items = timeline.fibers.slice(2).map(({ id }) => id)
      const waits = timeline.slices.filter(({ fiber }) => fiber === coordinator?.id)
      expect(waits.map(({ reason }) => reason)).toEqual([{ kind: "join", fiber: items.at(-1), fibers: items }])

      const race = yield* recorded(Effect.withSpan(Effect.race(task("slow", 2), task("fast", 1)), "root"))
      expect(violations(race)).toEqual([])
      expect(waitsOf(race, "root")[0]).toEqual({
        kind: "join",
        fiber: fiberOf(race, "fast"),
        fibers: [fiberOf(race, "slow"), fiberOf(race, "fast")]
      })
      expect(root?.parent).toBe(null)
    }))

  it.effect("is the given name for a promise or a latch, in the fiber that waits alone", () =>
    Effect.gen(function*() {
      const file = waiting(waitFor("file", () => ({ name: "a" })))
      const latch = Effect.unsafeMakeLatch()
      const timeline = yield* recorded(
        Effect.gen(function*() {
          const inner = yield* file(Effect.fork(Effect.withSpan(latch.await, "inner")))
          yield* Effect.fork(Effect.delay(latch.open, 1000))
          yield* file(latch.await)
          yield* Fiber.join(inner)
        }).pipe(Effect.withSpan("root"))
      )
      expect(waitsOf(timeline, "root")).toEqual([{ kind: "file", name: "a" }])
      expect(waitsOf(timeline, "inner")).toEqual([{ kind: "unknown" }])
    }))
})

describe("the cause of an interruption", () => {
  it("has the id of the library for a client that left", () => {
    expect(interruptors["client left"]).toEqual(HttpServerError.clientAbortFiberId)
  })

  it.effect("is told by the id that interrupts, and passed on to children", () =>
    Effect.gen(function*() {
      for (const why of ["client left", "plug pulled", "cancelled"] as const) {
        const timeline = yield* recorded(Effect.gen(function*() {
          const inside = Effect.all([task("child", 9), task("other", 9)], unbounded)
          const fiber = yield* Effect.fork(Effect.withSpan(inside, "parent"))
          yield* Effect.sleep(1000)
          yield* Fiber.interruptAs(fiber, interruptors[why])
        }))
        expect(violations(timeline)).toEqual([])
        expect(interruptionsOf(timeline, "parent")).toMatchObject([{ why, asked: second, cleaned_up: second }])
        expect(interruptionsOf(timeline, "child")).toMatchObject([{ why, by: fiberOf(timeline, "parent") }])
      }
    }))

  it.effect("is a cancellation where a child saw its signal", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(Effect.scoped(Effect.gen(function*() {
        const signals = new Signals<string>(cancellation)
        const cancelled = yield* signals.subscribe("a")
        yield* Effect.fork(Effect.delay(signals.raise("a"), 1000))
        yield* Effect.raceFirst(Effect.zipRight(task("work", 9), Effect.void), cancelled)
      })))
      expect(interruptionsOf(timeline, "work")).toMatchObject([{ why: "cancelled", asked: second }])
    }))

  it.effect("is the stop of the server for one from outside, once the recording knows of it", () =>
    Effect.gen(function*() {
      for (const why of ["asked", "stopping"] as const) {
        const recorder = yield* FiberRecorder.make("test", "virtual")
        const run = yield* Effect.fork(recorder.run(Effect.withSpan(Effect.never, "request")))
        yield* Effect.yieldNow()
        if (why === "stopping") recorder.stopping()
        yield* Fiber.interrupt(run)
        expect(interruptionsOf(recorder.recording.timeline(), "request")).toMatchObject([{ why, by: null }])
      }
    }))

  it.effect("of a policy's timeout is cleaned up when the work has ended, and children with it", () =>
    Effect.gen(function*() {
      const work = Effect.all([
        task("child", 99),
        Effect.withSpan(Effect.ensuring(Effect.sleep("99 seconds"), Effect.sleep("2 seconds")), "slow")
      ], unbounded)
      const timeline = yield* recorded(
        Effect.flatMap(Policies, (policies) => policies.of("safe-call").apply(work)).pipe(
          Effect.exit,
          Effect.zipRight(Effect.sleep("10 seconds")),
          Effect.provide(Policies.layerWith({})),
          Effect.withSpan("root")
        )
      )
      expect(violations(timeline)).toEqual([])
      const at = { asked: 5 * second, why: "timeout" }
      expect(interruptionsOf(timeline, "root")).toMatchObject([{ ...at, by: null, cleaned_up: 7 * second }])
      expect(interruptionsOf(timeline, "child")).toMatchObject([{ ...at, cleaned_up: 5 * second }])
      expect(interruptionsOf(timeline, "slow")).toMatchObject([{ ...at, cleaned_up: 7 * second }])
    }))

  it.effect("is kept for each of several interruptions of one fiber", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(Effect.gen(function*() {
        const body = Effect.zipRight(Effect.uninterruptible(Effect.sleep("3 seconds")), Effect.never)
        const fiber = yield* Effect.fork(Effect.withSpan(body, "protected"))
        yield* Effect.sleep("1 second")
        yield* Fiber.interruptAsFork(fiber, interruptors["plug pulled"])
        yield* Effect.sleep("1 second")
        yield* Fiber.interrupt(fiber)
      }))
      expect(violations(timeline)).toEqual([])
      expect(interruptionsOf(timeline, "protected")).toMatchObject([
        { why: "plug pulled", asked: second, honoured: 3 * second, cleaned_up: 3 * second },
        { why: "asked", asked: 2 * second, honoured: 3 * second, cleaned_up: 3 * second }
      ])
    }))
})
