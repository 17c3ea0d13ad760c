import { batch, computed, type ReadonlySignal, signal } from "@preact/signals"
import { criticalPath, type Segment } from "../../timeline/criticalPath.ts"
import type { Slice, Timeline } from "../../timeline/Timeline.ts"
import { Axis, DrawnTime, panned, revealing, type Shown, within, zoomed } from "./Axis.ts"
import { foldedTime } from "./gaps.ts"
import { type Ghost, ghostsOf } from "./ghost.ts"
import { ancestors, type GridRow, gridRows, search } from "./grid.ts"
import { allMoments, type Moment, stepped } from "./moments.ts"
import { type FiberRow, keyOf, sliceAt, Track } from "./Track.ts"

/** The place in a recording that an address shares; times are nanoseconds. */
export interface Place {
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly fiber?: number | undefined
}

/** A fiber, and the moment of it that is looked at. */
export interface Selection {
  readonly key: string
  readonly at: number | undefined
}

/** All that the parts of the timeline view share: what is shown, and what is selected. */
export class TimelineState {
  readonly tracks: ReadonlySignal<ReadonlyArray<Track>>
  readonly duration: ReadonlySignal<number>
  readonly time: ReadonlySignal<DrawnTime>
  readonly axis: ReadonlySignal<Axis>
  readonly rows: ReadonlySignal<ReadonlyArray<GridRow>>
  /** Positions of rows by key. */
  readonly positions: ReadonlySignal<ReadonlyMap<string, number>>
  readonly matches: ReadonlySignal<ReadonlyArray<FiberRow>>
  readonly selected: ReadonlySignal<{ readonly row: FiberRow; readonly track: Track } | undefined>
  readonly slice: ReadonlySignal<Slice | undefined>

  /** Predicted fibers, by the keys of the rows that they belong to. */
  readonly ghosts: ReadonlySignal<ReadonlyMap<string, Ghost>>

  readonly width = signal(600)
  readonly isFolded = signal(false)
  readonly collapsed = signal<ReadonlySet<string>>(new Set())
  readonly selection = signal<Selection | undefined>(undefined)
  readonly searched = signal("")
  /** The recording whose critical path is outlined. */
  readonly explained = signal<number | undefined>(undefined)
  /** The part of drawn time that is shown; undefined for all of it, also while it grows. */
  private readonly part = signal<Shown | undefined>(undefined)
  private readonly moments: ReadonlySignal<ReadonlyArray<Moment>>
  private moment: Moment | undefined

  constructor(
    timelines: ReadonlyArray<ReadonlySignal<Timeline>>,
    place: Place = {},
    predicted: ReadonlyArray<ReadonlySignal<Timeline | undefined>> = []
  ) {
    this.tracks = computed(() => timelines.map(({ value }, number) => new Track(number, value)))
    this.ghosts = computed(() =>
      new Map(this.tracks.value.flatMap((track) => {
        const timeline = predicted[track.number]?.value
        return timeline === undefined ? [] : ghostsOf(track, timeline)
      }))
    )
    this.duration = computed(() =>
      Math.max(
        1,
        ...timelines.map(({ value }) => lengthOf(value)),
        ...predicted.map(({ value }) => value === undefined ? 0 : lengthOf(value))
      )
    )
    this.time = computed(() =>
      this.isFolded.value
        ? foldedTime(timelines.map(({ value }) => value), this.duration.value)
        : new DrawnTime(this.duration.value)
    )
    this.axis = computed(() => new Axis(this.time.value, this.shown.value, this.width.value))
    this.rows = computed(() => gridRows(this.tracks.value, this.collapsed.value))
    this.positions = computed(() => new Map(this.rows.value.map(({ key }, index) => [key, index])))
    this.matches = computed(() => search(this.tracks.value, this.searched.value))
    this.moments = computed(() => allMoments(this.tracks.value))
    this.selected = computed(() => this.find(this.selection.value?.key))
    this.slice = computed(() => {
      const at = this.selection.value?.at
      const row = this.selected.value?.row
      return at === undefined || row === undefined ? undefined : sliceAt(row, at)
    })
    const { fiber, from, to } = place
    if (from !== undefined && to !== undefined && to > from) this.part.value = { from, to }
    if (fiber !== undefined) this.selection.value = { key: keyOf(0, fiber), at: undefined }
  }

  /** The critical path that is outlined, by the keys of its fibers. */
  readonly path = computed<ReadonlyMap<string, ReadonlyArray<Segment>>>(() => {
    const path = new Map<string, Array<Segment>>()
    const track = this.tracks.value.find(({ number }) => number === this.explained.value)
    for (const segment of track === undefined ? [] : criticalPath(track.timeline)) {
      const key = keyOf(track?.number ?? 0, segment.fiber)
      const own = path.get(key)
      if (own === undefined) path.set(key, [segment])
      else own.push(segment)
    }
    return path
  })

  /** The part of drawn time that is shown. */
  readonly shown = computed<Shown>(() => {
    const { total } = this.time.value
    return this.part.value === undefined ? { from: 0, to: total } : within(this.part.value, total)
  })

  /** The place to share. */
  readonly place = computed<Place>(() => {
    const { row, track } = this.selected.value ?? {}
    const axis = this.axis.value
    return {
      ...(this.part.value === undefined ? {} : { from: Math.round(axis.from), to: Math.round(axis.to) }),
      ...(row === undefined || track?.number !== 0 ? {} : { fiber: row.fiber.id })
    }
  })

  find(key: string | undefined): { readonly row: FiberRow; readonly track: Track } | undefined {
    if (key === undefined) return undefined
    const [number, fiber] = key.split(":")
    const track = this.tracks.value[Number(number)]
    const row = fiber === "" ? undefined : track?.row(Number(fiber))
    return track === undefined || row === undefined ? undefined : { track, row }
  }

  zoom(factor: number, at?: number): void {
    const shown = this.shown.peek()
    const middle = at === undefined ? (shown.from + shown.to) / 2 : this.time.peek().drawn(at)
    this.show(zoomed(shown, factor, middle, this.time.peek().total))
  }

  /** Moves by a share of the shown part. */
  pan(share: number): void {
    const shown = this.shown.peek()
    this.show(panned(shown, (shown.to - shown.from) * share, this.time.peek().total))
  }

  /** Shows a part of drawn time; all of it if it is as long as that. */
  show(shown: Shown): void {
    const { total } = this.time.peek()
    this.part.value = shown.to - shown.from >= total ? undefined : within(shown, total)
  }

  showAll(): void {
    this.part.value = undefined
  }

  /** Folds or unfolds idle time, and shows the same moments as before where a part was shown. */
  fold(isFolded: boolean): void {
    const axis = this.axis.peek()
    const part = this.part.peek() && { from: axis.from, to: axis.to }
    batch(() => {
      this.isFolded.value = isFolded
      if (part === undefined) return
      const time = this.time.value
      this.show({ from: time.drawn(part.from), to: time.drawn(part.to) })
    })
  }

  toggle(key: string, isExpanded: boolean): void {
    const collapsed = new Set(this.collapsed.peek())
    if (isExpanded) collapsed.delete(key)
    else collapsed.add(key)
    this.collapsed.value = collapsed
  }

  collapseAll(isCollapsed: boolean): void {
    const parents = this.tracks.peek().flatMap(({ rows }) => rows.filter(({ hasChildren }) => hasChildren))
    this.collapsed.value = isCollapsed ? new Set(parents.map(({ key }) => key)) : new Set()
  }

  /** Selects a fiber and, if given, a moment of it; expands what hides it, and moves the axis if it must. */
  select(key: string, at?: number): void {
    batch(() => {
      const found = this.find(key)
      if (found !== undefined) {
        const hidden = ancestors(found.track, found.row).filter((above) => this.collapsed.peek().has(above))
        for (const above of hidden) this.toggle(above, true)
      }
      this.selection.value = { key, at }
      if (at !== undefined && this.part.peek() !== undefined) {
        const time = this.time.peek()
        this.show(revealing(this.shown.peek(), time.drawn(at), time.total))
      }
    })
  }

  /** Goes to the next or the last moment at which anything happened to any fiber. */
  step(direction: 1 | -1): void {
    const selection = this.selection.peek()
    const isAtMoment = this.moment !== undefined && this.moment.at === selection?.at &&
      keyOf(this.moment.track, this.moment.fiber) === selection.key
    const from = isAtMoment && this.moment !== undefined
      ? this.moment
      : selection?.at ?? (direction === 1 ? -1 : Infinity)
    const next = stepped(this.moments.value, from, direction)
    if (next === undefined) return
    this.moment = next
    this.select(keyOf(next.track, next.fiber), next.at)
  }

  /** Goes to the next or the last fiber that the search finds. */
  goToMatch(direction: 1 | -1): void {
    const matches = this.matches.peek()
    const here = matches.findIndex(({ key }) => key === this.selection.peek()?.key)
    const next = matches.at(here < 0 && direction === -1 ? -1 : (here + direction) % matches.length)
    if (next !== undefined) this.select(next.key)
  }
}

/** The length of a recording, with fibers that outlive its first one. */
const lengthOf = ({ duration_ns, fibers }: Timeline): number => {
  let length = duration_ns
  for (const { to } of fibers) if (to > length) length = to
  return length
}
