import { type Row, rowsOf } from "../../timeline/pictureRows.ts"
import type { Slice, Timeline } from "../../timeline/Timeline.ts"

/** A fiber in the tree of its recording. */
export interface FiberRow extends Row {
  /** Unique among all recordings that are shown. */
  readonly key: string
  readonly parent: FiberRow | undefined
  readonly hasChildren: boolean
}

export const keyOf = (track: number, fiber: number): string => `${track}:${fiber}`

/** A recording made ready to be drawn: its tree, and what finds parts of it. */
export class Track {
  readonly number: number
  readonly timeline: Timeline
  readonly rows: ReadonlyArray<FiberRow>
  private readonly byFiber = new Map<number, FiberRow>()
  private wakes: ReadonlyMap<number, ReadonlyArray<Slice>> | undefined

  constructor(number: number, timeline: Timeline) {
    this.number = number
    this.timeline = timeline
    const rows = rowsOf(timeline)
    const line: Array<FiberRow> = []
    this.rows = rows.map((row, index) => {
      const { depth, fiber } = row
      const made: FiberRow = Object.assign(row, {
        key: keyOf(number, fiber.id),
        parent: depth === 0 ? undefined : line[depth - 1],
        hasChildren: (rows[index + 1]?.depth ?? 0) > depth
      })
      line[depth] = made
      this.byFiber.set(fiber.id, made)
      return made
    })
  }

  row(fiber: number): FiberRow | undefined {
    return this.byFiber.get(fiber)
  }

  /** The name of a fiber; its number if the recording does not know it. */
  name(fiber: number): string {
    return this.row(fiber)?.fiber.name ?? `#${fiber}`
  }

  /** Lists the waits that a fiber ended. */
  wokenBy(fiber: number): ReadonlyArray<Slice> {
    if (this.wakes === undefined) {
      const wakes = new Map<number, Array<Slice>>()
      for (const slice of this.timeline.slices) {
        if (slice.woken_by === undefined || slice.woken_by === null) continue
        const own = wakes.get(slice.woken_by)
        if (own === undefined) wakes.set(slice.woken_by, [slice])
        else own.push(slice)
      }
      this.wakes = wakes
    }
    return this.wakes.get(fiber) ?? []
  }
}

/** Finds the first slice that ends after a moment, by halving; slices are in order of time. */
export const firstAfter = (slices: ReadonlyArray<Slice>, time: number): number => {
  let [low, high] = [0, slices.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((slices[middle]?.to ?? 0) > time) high = middle
    else low = middle + 1
  }
  return low
}

/** The slice of a fiber at a moment. */
export const sliceAt = ({ slices }: Row, time: number): Slice | undefined => {
  const slice = slices[firstAfter(slices, time)] ?? slices.at(-1)
  return slice !== undefined && slice.from <= time && time <= slice.to ? slice : undefined
}
