import { criticalPath, type Segment } from "../../timeline/criticalPath.ts"
import type { Timeline } from "../../timeline/Timeline.ts"

/** Segments that stand on their own; smaller ones are joined to what lies between these. */
const most = 24

/** Segments below this share of the whole cannot be hit by a pointer. */
const smallest = 0.004

/** A part of the strip: a segment of the critical path, or several small ones in a row. */
export interface StripPart {
  readonly from: number
  readonly to: number
  /** Undefined for several small ones. */
  readonly segment: Segment | undefined
}

/** Makes the critical path a strip of few parts: the longest segments, and between them all others. */
export const stripOf = (timeline: Timeline): ReadonlyArray<StripPart> => {
  const path = criticalPath(timeline)
  const total = Math.max(1, timeline.duration_ns)
  const length = ({ from, to }: Segment) => to - from
  const longest = new Set(
    path.filter((segment) => length(segment) >= total * smallest)
      .toSorted((one, other) => length(other) - length(one))
      .slice(0, most)
  )
  const parts: Array<StripPart> = []
  for (const segment of path) {
    const { from, to } = segment
    const before = parts.at(-1)
    if (longest.has(segment)) parts.push({ from, to, segment })
    else if (before !== undefined && before.segment === undefined) parts[parts.length - 1] = { ...before, to }
    else parts.push({ from, to, segment: undefined })
  }
  return parts
}
