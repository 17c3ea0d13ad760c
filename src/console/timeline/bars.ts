import { type Shown as State, shownState } from "../../timeline/pictureRows.ts"
import type { Slice } from "../../timeline/Timeline.ts"
import type { Axis } from "./Axis.ts"
import { firstAfter } from "./Track.ts"

/** A bar on the canvas: one slice, or several that are too narrow to be told apart. */
export interface Bar {
  readonly x: number
  readonly width: number
  /** The state that took most of the bar's time. */
  readonly state: State
  /** The length of the slice, or the time that its state took of several, in nanoseconds. */
  readonly time: number
  /** Slices in the bar. */
  readonly count: number
}

/** Pixels below which slices are drawn together. */
const narrowest = 1.5

/** Makes the bars of a fiber in the shown part of the axis; there are never more of them than pixels. */
export const barsOf = (slices: ReadonlyArray<Slice>, axis: Axis): ReadonlyArray<Bar> => {
  const bars: Array<Bar> = []
  const { from, to, width } = axis
  let [begin, end, count] = [0, 0, 0]
  let times = new Map<State, number>()

  const close = () => {
    if (count === 0) return
    let [state, most]: [State, number] = ["unknown", -1]
    for (const [one, time] of times) if (time > most) [state, most] = [one, time]
    bars.push({ x: begin, width: end - begin, state, time: most, count })
    count = 0
    times = new Map()
  }

  for (let index = firstAfter(slices, from); index < slices.length; index++) {
    const slice = slices[index]
    if (slice === undefined || slice.from > to) break
    const left = Math.max(-1, axis.x(slice.from))
    const right = Math.min(width + 1, axis.x(slice.to))
    const isNarrow = right - left < narrowest
    if (count > 0 && (!isNarrow || right - begin > narrowest)) close()
    if (count === 0) begin = left
    end = Math.max(right, begin)
    count++
    const state = shownState(slice)
    times.set(state, (times.get(state) ?? 0) + slice.to - slice.from)
    if (!isNarrow) close()
  }
  close()
  return bars
}
