import { Effect } from "effect"
import * as FiberRecorder from "../../src/timeline/FiberRecorder.ts"
import type { Slice, Timeline } from "../../src/timeline/Timeline.ts"

/** A figure of a timeline beside the same one taken without it, both in milliseconds unless the figure says else. */
export interface Truth {
  readonly run: string
  readonly figure: string
  readonly timeline: number
  readonly independent: number
  /** `equal`: the same. `at most`: the timeline's lies within the independent one. `at least`: the other way round. */
  readonly relation: "equal" | "at most" | "at least"
}

/** Tells whether the two figures agree. */
export const holds = ({ independent, relation, timeline }: Truth): boolean => {
  if (relation === "equal") return timeline === independent
  return relation === "at most" ? timeline <= independent : timeline >= independent
}

const nanosPerMilli = 1_000_000

export const toMillis = (nanos: number): number => nanos / nanosPerMilli

/** Records an effect, and returns its timeline beside its value. */
export const recorded = <A, E, R>(name: string, clock: Timeline["clock"], effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const recorder = yield* FiberRecorder.make(name, clock)
    const value = yield* Effect.flatten(recorder.run(effect))
    return { recording: recorder.recording, timeline: recorder.timeline(), value }
  })

/** The length of all slices for which a question is answered with yes. */
export const lengthOf = ({ slices }: Timeline, is: (slice: Slice) => boolean): number =>
  toMillis(slices.reduce((sum, slice) => is(slice) ? sum + slice.to - slice.from : sum, 0))

/** The length of the first span of a name. */
export const spanOf = ({ spans }: Timeline, name: string): number => {
  const span = spans.find((one) => one.name === name)
  return span === undefined ? Number.NaN : toMillis(span.to - span.from)
}
