import { type Shown, shownState } from "./pictureRows.ts"
import type { FiberLine, LoopStall, Reason, Slice, Timeline } from "./Timeline.ts"

/** A part of the critical path: one state of one fiber. */
export interface Segment {
  readonly fiber: number
  readonly state: Shown
  readonly from: number
  readonly to: number
  readonly reason?: Reason
  /** The stall of the event loop that kept the fiber from running. */
  readonly stall?: LoopStall
}

const nanosPerMilli = 1_000_000

/** Waits explained by each other's wakers; a longer chain of them would exceed the stack. */
const deepest = 500

const explained: ReadonlySet<Shown> = new Set<Shown>(["join", "signal", "queue", "unknown"])

/** Finds the fiber that ended a wait. */
const wakerOf = ({ reason, woken_by }: Slice): number => woken_by ?? (reason?.kind === "join" ? reason.fiber : -1)

/** The time from which a fiber could have run in a slice: at once if it was ready, and after a sleep that is over. */
const runnableFrom = ({ from, reason, state, to }: Slice): number => {
  if (state === "ready") return from
  return reason?.kind === "sleep" || reason?.kind === "pause" ? from + reason.milliseconds * nanosPerMilli : to
}

class Path {
  private readonly fibers: ReadonlyMap<number, FiberLine>
  private readonly slices: ReadonlyMap<number, ReadonlyArray<Slice>>
  private readonly interruptions: Timeline["interruptions"]
  private readonly stalls: ReadonlyArray<LoopStall>
  /** Fibers whose wait is being explained: a cycle of wake-ups explains nothing. */
  private readonly open = new Set<number>()

  constructor({ fibers, interruptions, loop_stalls, slices }: Timeline) {
    this.interruptions = interruptions
    this.stalls = loop_stalls
    this.fibers = new Map(fibers.map((fiber) => [fiber.id, fiber]))
    const own = new Map<number, Array<Slice>>()
    for (const slice of slices) {
      const found = own.get(slice.fiber)
      if (found === undefined) own.set(slice.fiber, [slice])
      else found.push(slice)
    }
    this.slices = own
  }

  /** Explains a part of a fiber's life, latest part last. */
  of(fiber: number, from: number, to: number): ReadonlyArray<Segment> {
    this.open.add(fiber)
    const path = (this.slices.get(fiber) ?? []).flatMap((slice) => {
      const [begin, end] = [Math.max(from, slice.from), Math.min(to, slice.to)]
      return begin < end ? this.explain(slice, begin, end) : []
    })
    this.open.delete(fiber)
    return path
  }

  private explain(slice: Slice, from: number, to: number): ReadonlyArray<Segment> {
    const { fiber, reason } = slice
    const own: Segment = { fiber, state: shownState(slice), from, to, ...(reason && { reason }) }
    const waker = explained.has(own.state) ? this.fibers.get(wakerOf(slice)) : undefined
    if (waker === undefined || this.open.has(waker.id) || this.open.size >= deepest || waker.from >= to) {
      return this.behindStalls(slice, own)
    }
    const begun = Math.max(from, waker.from)
    const before = begun > from ? [{ ...own, to: begun }] : []
    return [...before, ...this.ofWaker(waker, begun, to)]
  }

  /** Splits the parts off in which the fiber could have run, but something else kept the event loop. */
  private behindStalls(slice: Slice, own: Segment): ReadonlyArray<Segment> {
    const parts: Array<Segment> = []
    let at = own.from
    for (const stall of this.stalls) {
      if (stall.fiber === own.fiber) continue
      const from = Math.max(at, stall.from, runnableFrom(slice))
      const to = Math.min(own.to, stall.to)
      if (from >= to) continue
      if (from > at) parts.push({ ...own, from: at, to: from })
      parts.push({ ...own, from, to, stall })
      at = to
    }
    return at < own.to ? [...parts, { ...own, from: at }] : parts
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
 * Finds the critical path of a run: the parts that took all of its time, in order, without a gap. A wait that another
 * fiber of the run ended is explained by what that fiber did; any other wait stands for itself.
 */
export const criticalPath = (timeline: Timeline): ReadonlyArray<Segment> => {
  const [root] = timeline.fibers
  return root === undefined ? [] : new Path(timeline).of(root.id, root.from, root.to)
}
