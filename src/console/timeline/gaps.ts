import type { Timeline } from "../../timeline/Timeline.ts"
import { DrawnTime, type Gap } from "./Axis.ts"

/** The shortest idle time that is folded, as a share of the whole. */
const shortest = 0.02

/** The length of a folded gap, as a share of the time that is left without the gaps, and of the whole. */
const shares = { ofBusy: 0.05, ofAll: 0.01 } as const

interface Edge {
  readonly at: number
  /** Change of the number of fibers that run or could run. */
  readonly by: number
}

const edgesOf = ({ events, fibers, interruptions, slices }: Timeline): ReadonlyArray<Edge> => {
  const edges: Array<Edge> = []
  for (const { from, state, to } of slices) {
    const by = state === "waiting" ? 0 : 1
    edges.push({ at: from, by }, { at: to, by: -by })
  }
  for (const { at } of events) edges.push({ at, by: 0 })
  for (const { from, to } of fibers) edges.push({ at: from, by: 0 }, { at: to, by: 0 })
  for (const { asked, cleaned_up } of interruptions) {
    edges.push({ at: asked, by: 0 }, { at: cleaned_up ?? asked, by: 0 })
  }
  return edges
}

/** Finds the times in which all fibers of all recordings wait and nothing happens. */
export const idleGaps = (timelines: ReadonlyArray<Timeline>, duration: number): ReadonlyArray<Gap> => {
  const edges = timelines.flatMap(edgesOf).sort((one, other) => one.at - other.at)
  const gaps: Array<Gap> = []
  let [busy, since] = [0, 0]
  for (const { at, by } of [...edges, { at: duration, by: 0 }]) {
    if (busy === 0 && at - since >= duration * shortest) gaps.push({ from: since, to: at })
    busy += by
    since = at
  }
  return gaps
}

/** Time with its idle parts folded. Each gap has the same length, as its true one says nothing but its number. */
export const foldedTime = (timelines: ReadonlyArray<Timeline>, duration: number): DrawnTime => {
  const gaps = idleGaps(timelines, duration)
  const idle = gaps.reduce((sum, { from, to }) => sum + to - from, 0)
  const busy = duration - idle
  const length = Math.max(busy * shares.ofBusy, duration * shares.ofAll)
  return new DrawnTime(duration, gaps, Math.min(length, ...gaps.map(({ from, to }) => to - from)))
}
