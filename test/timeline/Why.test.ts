import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as FairSemaphore from "../../src/policy/FairSemaphore.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import * as Recording from "../../src/timeline/Recording.ts"
import type { Timeline } from "../../src/timeline/Timeline.ts"
import { criticalPath, why } from "../../src/timeline/why.ts"

const recorded = (effect: Effect.Effect<unknown, string>): Effect.Effect<Timeline> =>
  runVirtual(
    Effect.flatMap(Recording.make("run", "virtual"), (recording) =>
      Effect.map(recording.run(Effect.withSpan(effect, "root")), () => recording.timeline())),
    { seed: 1 }
  ).pipe(
    Effect.flatMap(({ exit }) =>
      exit
    ),
    Effect.orDie
  )

const task = (name: string, seconds: number) => Effect.withSpan(Effect.sleep(seconds * 1000), name)

/** A path has no gap and no overlap, from the start of the run to its end. */
const isWhole = (timeline: Timeline) => {
  let at = timeline.fibers[0]?.from ?? -1
  for (const { from, to } of criticalPath(timeline)) {
    expect(from).toBe(at)
    at = to
  }
  expect(at).toBe(timeline.fibers[0]?.to)
}

describe("the critical path", () => {
  it.effect("of tasks at once is the slowest one, and of tasks in turn all of them", () =>
    Effect.gen(function*() {
      const tasks = [task("one", 1), task("three", 3), task("two", 2)]
      const atOnce = yield* recorded(Effect.all(tasks, { concurrency: "unbounded" }))
      const inTurn = yield* recorded(Effect.zipRight(Effect.all(tasks, { concurrency: "unbounded" }), task("last", 1)))
      isWhole(atOnce)
      isWhole(inTurn)
      expect(why(atOnce)).toBe("took 3 s: 3 s three slept")
      expect(why(inTurn)).toBe("took 4 s: 3 s three slept, 1 s root slept")
    }))

  it.effect("names a wait for a permit, and not the fiber that holds it, as the time of the one that waits", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(
        Effect.flatMap(
          FairSemaphore.make(1),
          (semaphore) =>
            Effect.forEach(["a", "b"], (name) => semaphore.withPermit(Effect.sleep(1000)).pipe(Effect.withSpan(name)), {
              concurrency: "unbounded",
              discard: true
            })
        )
      )
      isWhole(timeline)
      expect(why(timeline)).toBe("took 2 s: 1 s b waited for a permit, 1 s b slept")
    }))

  it.effect("of a run that failed ends with the failure", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(
        Effect.all([task("long", 9), Effect.zipRight(task("short", 1), Effect.fail("no"))], {
          concurrency: "unbounded"
        })
      )
      isWhole(timeline)
      expect(why(timeline)).toBe("took 1 s: 1 s short slept")
    }))
})
