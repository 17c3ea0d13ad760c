import { expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { inBackground } from "../../../src/platform/scheduler/background.ts"
import { TimeSlicedScheduler } from "../../../src/platform/scheduler/TimeSlicedScheduler.ts"

/** A clock that advances a millisecond with each reading. */
const ticking = () => {
  let now = 0
  return () => now++
}

const turns = (count: number, each: () => void) =>
  Effect.async<void>((resume) => {
    const turn = (left: number) => {
      each()
      if (left === 0) resume(Effect.void)
      else setImmediate(() => turn(left - 1))
    }
    setImmediate(() => turn(count))
  })

it.live("the event loop turns after each slice, and the rest follows in order", () =>
  Effect.gen(function*() {
    const scheduler = new TimeSlicedScheduler(ticking())
    const seen: Array<number | string> = []
    const looked = turns(12, () => seen.push("turn"))
    for (let n = 0; n < 10; n++) scheduler.scheduleTask(() => seen.push(n), 0)
    yield* looked
    const first = seen.indexOf("turn")
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThan(6)
    expect(seen.filter((entry) => entry !== "turn")).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(seen.slice(0, -1).filter((entry) => entry === "turn").length).toBeGreaterThan(1)
  }))

it.live("a lower priority number goes first, and tasks scheduled by a task come after earlier ones", () =>
  Effect.gen(function*() {
    const scheduler = new TimeSlicedScheduler()
    const seen: Array<string> = []
    scheduler.scheduleTask(() => {
      seen.push("first")
      scheduler.scheduleTask(() => seen.push("scheduled by it"), 0)
    }, 0)
    scheduler.scheduleTask(() => seen.push("late"), 1)
    scheduler.scheduleTask(() => seen.push("second"), 0)
    yield* turns(1, () => undefined)
    expect(seen).toEqual(["first", "second", "late", "scheduled by it"])
  }))

/** Counts the steps of a fiber that never waits until the event loop turns, up to a few thousand. */
const stepsBeforeTurn = Effect.gen(function*() {
  let [steps, turned] = [0, false]
  setImmediate(() => {
    turned = true
  })
  // begins in the queue, like a fiber that has waited
  yield* Effect.yieldNow()
  yield* Effect.whileLoop({ while: () => !turned && steps < 5000, body: () => Effect.void, step: () => steps++ })
  return steps
})

it.live("a background fiber that never waits yields when the slice is over; its parent does not", () =>
  Effect.gen(function*() {
    expect(yield* Effect.flatMap(Effect.fork(stepsBeforeTurn), Fiber.join)).toBeLessThan(1000)
    expect(yield* stepsBeforeTurn).toBeGreaterThan(1000)
  }).pipe(inBackground, Effect.withScheduler(new TimeSlicedScheduler(ticking()))))

it.live("has time for a slice of each turn of the event loop, from the first use of it on", () =>
  Effect.gen(function*() {
    const scheduler = new TimeSlicedScheduler(ticking())
    expect([scheduler.hasTime(), scheduler.hasTime(), scheduler.hasTime()]).toEqual([true, false, false])
    yield* turns(1, () => undefined)
    expect(scheduler.hasTime()).toBe(true)
  }))
