import type { FiberLine, SpanLine, Timeline } from "../Timeline.ts"
import { operations, upstreamCall } from "./operations.ts"

type Place = "outside" | "operation" | "client"

const grouped = (spans: ReadonlyArray<SpanLine>): ReadonlyMap<number | null, ReadonlyArray<SpanLine>> => {
  const found = new Map<number | null, Array<SpanLine>>()
  for (const span of spans) {
    const own = found.get(span.fiber)
    if (own === undefined) found.set(span.fiber, [span])
    else own.push(span)
  }
  return found
}

/** Tells which parts of a recording belong to operations, and which to the client by which they call the upstream. */
export class Places {
  /** The calls of operations, in the order of their beginnings. */
  readonly calls: ReadonlyArray<SpanLine>
  private readonly fibers: ReadonlyMap<number, FiberLine>
  private readonly callsOf: ReadonlyMap<number | null, ReadonlyArray<SpanLine>>
  private readonly upstreamOf: ReadonlyMap<number | null, ReadonlyArray<SpanLine>>
  private readonly births = new Map<number, Place>()

  constructor({ fibers, spans }: Timeline) {
    this.calls = spans.filter(({ name }) => operations.has(name))
    this.fibers = new Map(fibers.map((fiber) => [fiber.id, fiber]))
    this.callsOf = grouped(this.calls)
    this.upstreamOf = grouped(spans.filter(({ name }) => name === upstreamCall))
  }

  /** Tells whether a moment of a fiber is within an operation. */
  isOwn(fiber: number, time: number): boolean {
    const birth = this.birthOf(fiber)
    return birth === "operation" || (birth === "outside" && this.isInCall(fiber, time))
  }

  /** Finds the call to which a moment of a fiber belongs: the fiber's own, or that in which its ancestors forked. */
  callOf(fiber: number, time: number): SpanLine | undefined {
    let at = time
    let id: number | null = fiber
    for (let steps = 0; id !== null && steps <= this.fibers.size; steps++) {
      const moment = at
      const call = (this.callsOf.get(id) ?? []).findLast(({ from, to }) => from <= moment && moment <= to)
      if (call !== undefined) return call
      const line = this.fibers.get(id)
      at = line?.from ?? 0
      id = line?.parent ?? null
    }
    return undefined
  }

  /** Tells whether a span is an operation's own. */
  isOwnSpan(span: SpanLine): boolean {
    if (span.fiber === null || !this.isOwn(span.fiber, span.from)) return false
    return span.name === upstreamCall || operations.has(span.name) || !this.isClients(span.fiber, span.from, span.to)
  }

  /** Tells whether a part of a fiber's life is its client's. */
  isClients(fiber: number, from: number, to: number): boolean {
    return this.birthOf(fiber) === "client" ||
      (this.upstreamOf.get(fiber) ?? []).some((call) => call.from <= from && from < call.to && to <= call.to)
  }

  private isInCall(fiber: number, time: number): boolean {
    return (this.callsOf.get(fiber) ?? []).some(({ from, to }) => from <= time && time <= to)
  }

  /** Finds where a fiber was forked, from its first known ancestor down. */
  private birthOf(fiber: number): Place {
    const ancestors: Array<number> = []
    for (let id = fiber; !this.births.has(id); id = this.fibers.get(id)?.parent ?? id) {
      ancestors.push(id)
      // the root, and a circle of parents, which no recorder makes, end here
      this.births.set(id, "outside")
    }
    for (const id of ancestors.toReversed()) {
      const line = this.fibers.get(id)
      const parent = line?.parent ?? undefined
      if (line !== undefined && parent !== undefined) this.births.set(id, this.placeOf(parent, line.from))
    }
    return this.births.get(fiber) ?? "outside"
  }

  private placeOf(fiber: number, time: number): Place {
    const birth = this.births.get(fiber) ?? "outside"
    if (birth === "client" || (this.upstreamOf.get(fiber) ?? []).some(({ from, to }) => from <= time && time < to)) {
      return "client"
    }
    return birth === "operation" || this.isInCall(fiber, time) ? "operation" : "outside"
  }
}
