import { type Shown, shownState, timeText } from "./pictureRows.ts"
import type { FiberLine, Slice, Timeline } from "./Timeline.ts"

/** A part of the critical path: one state of one fiber. */
export interface Segment {
  readonly fiber: number
  readonly state: Shown
  readonly from: number
  readonly to: number
}

/** Waits that the fiber which ended them explains: the path goes on in that fiber. */
const isExplained = (slice: Slice): boolean => {
  const state = shownState(slice)
  return state === "join" || state === "unknown"
}

/** Finds the fiber that ended a wait. */
const wakerOf = ({ reason, woken_by }: Slice): number => woken_by ?? (reason?.kind === "join" ? reason.fiber : -1)

class Path {
  private readonly fibers: ReadonlyMap<number, FiberLine>
  private readonly slices: ReadonlyMap<number, ReadonlyArray<Slice>>
  private readonly interruptions: Timeline["interruptions"]

  constructor(timeline: Timeline) {
    this.interruptions = timeline.interruptions
    this.fibers = new Map(timeline.fibers.map((fiber) => [fiber.id, fiber]))
    const slices = new Map<number, Array<Slice>>()
    for (const slice of timeline.slices) {
      const own = slices.get(slice.fiber)
      if (own === undefined) slices.set(slice.fiber, [slice])
      else own.push(slice)
    }
    this.slices = slices
  }

  /** Explains a part of a fiber's life, latest part last. */
  of(fiber: number, from: number, to: number): ReadonlyArray<Segment> {
    return (this.slices.get(fiber) ?? []).flatMap((slice) => {
      const [begin, end] = [Math.max(from, slice.from), Math.min(to, slice.to)]
      return begin < end ? this.explain(slice, begin, end) : []
    })
  }

  private explain(slice: Slice, from: number, to: number): ReadonlyArray<Segment> {
    const own: Segment = { fiber: slice.fiber, state: shownState(slice), from, to }
    const waker = isExplained(slice) ? this.fibers.get(wakerOf(slice)) : undefined
    // a waker that waits for this fiber in turn explains nothing
    if (waker === undefined || waker.id === slice.fiber || waker.from >= to) return [own]
    const begun = Math.max(from, waker.from)
    const before = begun > from ? [{ ...own, to: begun }] : []
    return [...before, ...this.ofWaker(waker, begun, to)]
  }

  /** Explains a fiber that a failed sibling had interrupted by the sibling, up to the moment of the interruption. */
  private ofWaker(waker: FiberLine, from: number, to: number): ReadonlyArray<Segment> {
    const interruption = this.interruptions.find(({ fiber, why }) => fiber === waker.id && why === "sibling failed")
    const failed = interruption && this.failedSibling(waker, interruption.asked)
    if (interruption === undefined || failed === undefined) return this.of(waker.id, from, to)
    const asked = Math.min(Math.max(from, interruption.asked), to)
    return [...this.of(failed.id, from, asked), ...this.of(waker.id, asked, to)]
  }

  private failedSibling({ id, parent }: FiberLine, asked: number): FiberLine | undefined {
    return [...this.fibers.values()].findLast((other) =>
      other.id !== id && other.parent === parent && other.to <= asked &&
      (other.outcome === "failure" || other.outcome === "defect")
    )
  }
}

/**
 * Finds the critical path of a run: the parts that took all of its time, in order, without a gap. A wait for a fiber is
 * explained by what that fiber did; any other wait stands for itself.
 */
export const criticalPath = (timeline: Timeline): ReadonlyArray<Segment> => {
  const [root] = timeline.fibers
  return root === undefined ? [] : new Path(timeline).of(root.id, root.from, root.to)
}

const verbs: Readonly<Record<Shown, string>> = {
  running: "ran",
  ready: "could have run",
  sleep: "slept",
  pause: "paused before an attempt",
  join: "waited for a fiber",
  permit: "waited for a permit",
  turn: "waited for its turn",
  commit: "waited for a commit",
  worker: "waited for a thread",
  upstream: "waited for the upstream",
  queue: "waited in a queue",
  signal: "waited for a signal",
  socket: "waited for a socket",
  file: "waited for a file",
  mail: "waited for the mail server",
  unknown: "waited, for a reason that was not seen"
}

/** Parts below this share of the whole are not told. */
const noticed = 0.01

/** Tells in one sentence where the time of a run went, the largest part first. */
export const why = (timeline: Timeline): string => {
  const names = new Map(timeline.fibers.map(({ id, name }) => [id, name]))
  const parts = new Map<string, number>()
  for (const { fiber, from, state, to } of criticalPath(timeline)) {
    const part = `${names.get(fiber) ?? `#${fiber}`} ${verbs[state]}`
    parts.set(part, (parts.get(part) ?? 0) + to - from)
  }
  const total = timeline.duration_ns
  const told = [...parts].filter(([, time]) => time >= total * noticed).toSorted(([, one], [, other]) => other - one)
  return told.length === 0
    ? `took ${timeText(total)}`
    : `took ${timeText(total)}: ${told.map(([part, time]) => `${timeText(time, total)} ${part}`).join(", ")}`
}
