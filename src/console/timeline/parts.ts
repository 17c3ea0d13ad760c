import { criticalPath } from "../../timeline/criticalPath.ts"
import type { Shown } from "../../timeline/pictureRows.ts"
import type { Timeline } from "../../timeline/Timeline.ts"

/** A part of the time of a run: how long its critical path was in one state of one fiber. */
export interface Part {
  readonly fiber: number
  readonly state: Shown
  readonly time: number
  /** The first moment of it. */
  readonly at: number
}

/** Parts below this share of the whole are not told. */
const noticed = 0.01

/** Tells where the time of a run went, the largest part first. */
export const partsOf = (timeline: Timeline): ReadonlyArray<Part> => {
  const parts = new Map<string, Part>()
  for (const { fiber, from, state, to } of criticalPath(timeline)) {
    const key = `${fiber} ${state}`
    const { at = from, time = 0 } = parts.get(key) ?? {}
    parts.set(key, { fiber, state, time: time + to - from, at })
  }
  return [...parts.values()]
    .filter(({ time }) => time >= timeline.duration_ns * noticed)
    .sort((one, other) => other.time - one.time)
}
