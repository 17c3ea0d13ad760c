import { Effect } from "effect"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import * as FiberRecorder from "../../src/timeline/FiberRecorder.ts"
import type { Interruption, Reason, Slice, Timeline } from "../../src/timeline/Timeline.ts"

/** Records an effect in virtual time. */
export const recorded = <E>(effect: Effect.Effect<unknown, E>): Effect.Effect<Timeline> =>
  runVirtual(
    Effect.gen(function*() {
      const recorder = yield* FiberRecorder.make("test", "virtual")
      yield* recorder.run(effect)
      return recorder.recording.timeline()
    }),
    { seed: 1 }
  ).pipe(Effect.flatMap(({ exit }) => exit), Effect.orDie)

/** Records an effect by the machine's clock. */
export const recordedLive = <E, R>(effect: Effect.Effect<unknown, E, R>): Effect.Effect<Timeline, never, R> =>
  Effect.gen(function*() {
    const recorder = yield* FiberRecorder.make("test", "live")
    yield* recorder.run(effect)
    return recorder.recording.timeline()
  })

/** The number of the fiber of a name. */
export const fiberOf = ({ fibers }: Timeline, name: string): number | undefined =>
  fibers.find((fiber) => fiber.name === name)?.id

/** The slices of a fiber by its name. */
export const slicesOf = (timeline: Timeline, name: string): ReadonlyArray<Slice> => {
  const id = fiberOf(timeline, name)
  return timeline.slices.filter(({ fiber }) => fiber === id)
}

/** The reasons of the waits of a fiber by its name. */
export const waitsOf = (timeline: Timeline, name: string): ReadonlyArray<Reason | undefined> =>
  slicesOf(timeline, name).filter(({ state }) => state === "waiting").map(({ reason }) => reason)

/** The interruptions of a fiber by its name. */
export const interruptionsOf = (timeline: Timeline, name: string): ReadonlyArray<Interruption> => {
  const id = fiberOf(timeline, name)
  return timeline.interruptions.filter(({ fiber }) => fiber === id)
}
