import type { Timeline } from "../../timeline/Timeline.ts"
import type { Track } from "./Track.ts"

/** A moment at which something happened to a fiber. */
export interface Moment {
  readonly at: number
  readonly track: number
  readonly fiber: number
}

const momentsOf = ({ events, fibers, interruptions, slices }: Timeline, track: number): ReadonlyArray<Moment> => [
  ...slices.map(({ fiber, from }) => ({ at: from, track, fiber })),
  ...events.map(({ at, fiber }) => ({ at, track, fiber })),
  ...interruptions.map(({ asked, fiber }) => ({ at: asked, track, fiber })),
  ...fibers.map(({ id, to }) => ({ at: to, track, fiber: id }))
]

/** Lists all moments in the order of time, those of one fiber at one time once. */
export const allMoments = (tracks: ReadonlyArray<Track>): ReadonlyArray<Moment> => {
  const sorted = tracks.flatMap(({ number, timeline }) => momentsOf(timeline, number)).sort((one, other) =>
    one.at - other.at || one.track - other.track || one.fiber - other.fiber
  )
  return sorted.filter((moment, index) => {
    const before = sorted[index - 1]
    return before === undefined || before.at !== moment.at || before.fiber !== moment.fiber ||
      before.track !== moment.track
  })
}

const isSame = (one: Moment, other: Moment) =>
  one.at === other.at && one.fiber === other.fiber && one.track === other.track

/** The moment after or before another one; without another one the first after, or the last before, a time. */
export const stepped = (
  moments: ReadonlyArray<Moment>,
  from: Moment | number,
  direction: 1 | -1
): Moment | undefined => {
  const at = typeof from === "number" ? from : from.at
  const here = typeof from === "number" ? -1 : moments.findIndex((moment) => isSame(moment, from))
  if (here >= 0) return moments[here + direction]
  return direction === 1 ? moments.find((moment) => moment.at > at) : moments.findLast((moment) => moment.at < at)
}
