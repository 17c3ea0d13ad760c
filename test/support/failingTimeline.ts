import { Effect } from "effect"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import * as FiberRecorder from "../../src/timeline/FiberRecorder.ts"
import type { Timeline } from "../../src/timeline/Timeline.ts"

const task = (name: string, seconds: number) => Effect.withSpan(Effect.sleep(seconds * 1000), name)

/** Records a run in virtual time. */
export const recorded = (effect: Effect.Effect<unknown, string>): Effect.Effect<Timeline> =>
  runVirtual(
    Effect.flatMap(FiberRecorder.make("a <run>", "virtual"), (recording) =>
      Effect.map(recording.run(effect), () => recording.timeline())),
    { seed: 1 }
  ).pipe(
    Effect.flatMap(({ exit }) =>
      exit
    ),
    Effect.orDie
  )

/** Three fibers, of which the second fails and so ends the third. */
export const failingTimeline = recorded(Effect.withSpan(
  Effect.all([task("one", 1), Effect.zipRight(task("two <b>", 2), Effect.fail("no")), task("three", 3)], {
    concurrency: "unbounded"
  }),
  "root"
))
