import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { blame } from "../../src/timeline/blame.ts"
import { violations } from "../../src/timeline/conservation.ts"
import { type Event, kinds, nobody } from "../../src/timeline/EventLog.ts"
import * as FiberRecorder from "../../src/timeline/FiberRecorder.ts"
import { bound } from "../../src/timeline/LoopStalls.ts"
import { victimsOf } from "../../src/timeline/victims.ts"
import { turns } from "../support/turn.ts"
import { fiberOf } from "./recorded.ts"

/** Keeps the event loop until the clock has moved on. */
const block = (milliseconds: number) =>
  Effect.sync(() => {
    const until = performance.now() + milliseconds
    while (performance.now() < until);
  })

const event = (time: number, kind: Event["kind"], fiber: number, a = nobody, b = nobody): Event => ({
  time,
  kind,
  fiber,
  a,
  b
})

const millis = (count: number) => count * 1_000_000

describe("the victims of a stall", () => {
  it("are the fibers that were ready, or whose sleep was over, for their part of it", () => {
    const events = [
      event(0, kinds.start, 1),
      event(0, kinds.run, 1),
      event(0, kinds.sleep, 1, 130),
      event(0, kinds.suspend, 1),
      event(0, kinds.start, 2),
      event(0, kinds.run, 2),
      event(0, kinds.suspend, 2),
      event(millis(50), kinds.ready, 2),
      event(0, kinds.start, 3),
      event(0, kinds.run, 3),
      event(0, kinds.sleep, 3, 900),
      event(0, kinds.suspend, 3),
      event(millis(100), kinds.run, 4),
      // after the stall
      event(millis(300), kinds.run, 1)
    ]
    const { ran, victims } = victimsOf(events, millis(100), millis(200))
    expect(victims).toEqual([
      { fiber: 1, name: "#1", stolen_ns: millis(70) },
      { fiber: 2, name: "#2", stolen_ns: millis(100) }
    ])
    expect(ran).toBe(millis(100))
  })
})

describe("a stall of the event loop", () => {
  it.live("names the fiber that kept the loop, and its victims in this recording and in others", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* FiberRecorder.make("one", "live"), yield* FiberRecorder.make("other", "live")]
      const asleep = yield* Deferred.make<void>()
      const sleeper = yield* Effect.fork(other.run(
        Effect.withSpan(Effect.zipRight(Deferred.succeed(asleep, undefined), Effect.sleep(1)), "sleeper")
      ))
      yield* Deferred.await(asleep)
      yield* one.run(Effect.all([
        Effect.withSpan(Effect.zipRight(Effect.yieldNow(), block(3 * bound)), "culprit"),
        Effect.withSpan(Effect.zipRight(Effect.yieldNow(), Effect.void), "ready")
      ], { concurrency: "unbounded" }))
      yield* Fiber.join(sleeper)
      yield* turns(1)
      const timeline = one.recording.timeline()
      expect(violations(timeline)).toEqual([])
      // a busy machine may stall the loop elsewhere too
      const stall = timeline.loop_stalls.find(({ name }) => name === "culprit")
      expect(stall?.fiber).toBe(fiberOf(timeline, "culprit"))
      expect(stall?.victims).toEqual(expect.arrayContaining([
        expect.objectContaining({ timeline: null, name: "ready" }),
        expect.objectContaining({ timeline: other.recording.id, name: "other: sleeper" })
      ]))
      expect(other.recording.timeline().loop_stalls).toContainEqual(
        expect.objectContaining({ fiber: null, name: "one" })
      )
    }))

  it.live("by code that no recording saw has no fiber", () =>
    Effect.gen(function*() {
      const recorder = yield* FiberRecorder.make("one", "live")
      const begun = yield* Deferred.make<void>()
      const stalled = yield* Deferred.make<void>()
      const run = yield* Effect.fork(recorder.run(
        Effect.zipRight(Deferred.succeed(begun, undefined), Deferred.await(stalled))
      ))
      yield* Deferred.await(begun)
      yield* block(5 * bound)
      // the heartbeat is a timer, so it fires after a timer that was set before
      yield* Effect.sleep(1)
      yield* turns(2)
      yield* Deferred.succeed(stalled, undefined)
      yield* Fiber.join(run)
      const timeline = recorder.recording.timeline()
      expect(timeline.loop_stalls).toContainEqual(expect.objectContaining({ fiber: null, name: "not recorded" }))
      expect(blame(timeline)).toContainEqual(expect.objectContaining({ kind: "stall", fiber: null }))
    }))
})
