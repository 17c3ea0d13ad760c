import type { FiberLine, Interruption, PolicyEvent, Slice, SpanLine, Timeline } from "../Timeline.ts"
import { upstreamCall } from "./operations.ts"
import type { Places } from "./Places.ts"

const nanosPerMilli = 1e6

const millis = (nanos: number): number => Math.round(nanos / nanosPerMilli)

/** A happening of the recording, in the order of its time and then of its rank. */
interface Happening {
  readonly time: number
  readonly rank: number
  readonly apply: () => void
}

/** The beginnings of a policy's timed parts in one fiber: recorded time and model time. */
interface Begun {
  readonly recorded: number
  readonly model: number
}

/**
 * The times of a recording as a model has them, in whole milliseconds. Sleeps, pauses and timeouts take exactly what
 * they were asked for, calls to the upstream what was recorded, and everything else no time.
 */
export class ModelTimes {
  private readonly places: Places
  /** The model time that each fiber has reached. */
  private readonly reached = new Map<number, number>()
  private readonly attempts = new Map<number, { first: Begun; latest: Begun }>()
  private readonly interrupted = new Map<number, { readonly asked: number; readonly model: number }>()
  private readonly spans = new Map<SpanLine, { from: number; to: number }>()
  private readonly moments = new Map<PolicyEvent, number>()
  private readonly parents: ReadonlyMap<number, number | null>
  /** Fibers that failed, in the order of their ends. */
  private readonly failed: ReadonlyArray<FiberLine>
  private lastAnswer = 0
  /** A wait of an operation that the model does not have. */
  unmodelled: Slice | undefined

  constructor(timeline: Timeline, places: Places) {
    this.places = places
    this.parents = new Map(timeline.fibers.map(({ id, parent }) => [id, parent]))
    this.failed = timeline.fibers.filter(({ outcome }) => outcome === "failure" || outcome === "defect")
      .toSorted((one, other) => one.to - other.to)
    if (timeline.clock === "virtual") this.copy(timeline)
    else for (const { apply } of this.happenings(timeline)) apply()
  }

  ofSpan(span: SpanLine): { readonly from: number; readonly to: number } {
    return this.spans.get(span) ?? { from: 0, to: 0 }
  }

  ofEvent(event: PolicyEvent): number {
    return this.moments.get(event) ?? 0
  }

  private copy({ events, slices, spans }: Timeline): void {
    for (const span of spans) this.spans.set(span, { from: millis(span.from), to: millis(span.to) })
    for (const event of events) this.moments.set(event, millis(event.at))
    for (const slice of slices) if (slice.state === "waiting") this.check(slice)
  }

  private happenings({ events, fibers, interruptions, slices, spans }: Timeline): ReadonlyArray<Happening> {
    const at = (time: number, rank: number, apply: () => void): Happening => ({ time, rank, apply })
    return [
      ...fibers.map(({ from, id, parent }) =>
        at(from, 0, () => this.reached.set(id, parent === null ? millis(from) : this.now(parent)))
      ),
      ...events.map((event) => at(event.at, 1, () => this.policy(event))),
      ...interruptions.map((interruption) => at(interruption.asked, 2, () => this.interrupt(interruption))),
      ...slices.filter(({ state }) => state === "waiting").map((slice) => at(slice.to, 3, () => this.waited(slice))),
      ...spans.flatMap((span) => [at(span.from, 4, () => this.begin(span)), at(span.to, 5, () => this.end(span))])
    ].toSorted((one, other) => one.time - other.time || one.rank - other.rank)
  }

  private now(fiber: number | null): number {
    return fiber === null ? 0 : this.reached.get(fiber) ?? 0
  }

  private reach(fiber: number, time: number): void {
    this.reached.set(fiber, Math.max(this.now(fiber), time))
  }

  private policy(event: PolicyEvent): void {
    const { at, fiber, kind, value = 0 } = event
    const begun = { recorded: at, model: this.now(fiber) }
    const attempts = this.attempts.get(fiber)
    if (kind === "attempt") {
      this.attempts.set(
        fiber,
        value === 1 || attempts === undefined
          ? { first: begun, latest: begun }
          : { first: attempts.first, latest: begun }
      )
    }
    if (kind === "timeout") {
      const { first, latest } = attempts ?? { first: begun, latest: begun }
      // the timeout of the whole or of the attempt: that which began as long ago
      const off = ({ recorded }: Begun) => Math.abs(at - recorded - value * nanosPerMilli)
      const model = (off(first) < off(latest) ? first : latest).model + value
      this.interrupted.set(fiber, { asked: at, model })
      this.moments.set(event, model)
    } else this.moments.set(event, begun.model)
  }

  /** Notes an interruption by another fiber, or by a failed sibling, in whose place the parent asks. */
  private interrupt({ asked, by, fiber, why }: Interruption): void {
    const parent = this.parents.get(fiber)
    const failed = why === "sibling failed"
      ? this.failed.findLast(({ id, parent: other, to }) => id !== fiber && other === parent && to <= asked)
      : undefined
    const cause = failed?.id ?? by
    // the policy itself notes its timeout
    if (cause === null) return
    this.interrupted.set(fiber, { asked, model: Math.max(this.now(cause), this.interrupted.get(cause)?.model ?? 0) })
  }

  private waited(slice: Slice): void {
    const { fiber, from, reason, to, woken_by: waker } = slice
    const interruption = this.interrupted.get(fiber)
    if (interruption !== undefined && from < interruption.asked && interruption.asked <= to) {
      this.reach(fiber, interruption.model)
    } else if (this.places.isClients(fiber, from, to)) return
    else if (reason?.kind === "sleep" || reason?.kind === "pause") {
      this.reach(fiber, this.now(fiber) + Math.round(reason.milliseconds))
    } else if (typeof waker === "number") this.reach(fiber, this.now(waker))
    else if (reason?.kind === "join") this.reach(fiber, this.now(reason.fiber))
    else this.check(slice)
  }

  /** Notes a wait of an operation for the outside world, unless it took no time. */
  private check(slice: Slice): void {
    const { fiber, from, reason, to, woken_by: waker } = slice
    const isModelled = reason !== undefined && ["sleep", "pause", "join"].includes(reason.kind)
    if (isModelled || typeof waker === "number" || millis(to - from) === 0) return
    if (this.places.isOwn(fiber, from) && !this.places.isClients(fiber, from, to)) this.unmodelled ??= slice
  }

  private begin(span: SpanLine): void {
    const from = this.now(span.fiber)
    this.spans.set(span, { from, to: from })
  }

  private end(span: SpanLine): void {
    const times = this.spans.get(span)
    if (times === undefined) return
    if (span.name === upstreamCall && span.fiber !== null) this.answered(span, span.fiber, times.from)
    times.to = this.now(span.fiber)
  }

  /** Ends a call to the upstream. Answers keep the order in which they came. */
  private answered({ from, outcome, to }: SpanLine, fiber: number, begun: number): void {
    if (outcome === "interrupted" || outcome === "running") return
    this.lastAnswer = Math.max(this.lastAnswer, begun + millis(to - from))
    this.reach(fiber, this.lastAnswer)
  }
}
