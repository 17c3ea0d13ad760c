import type { Context, Exit, Option, Tracer } from "effect"
import { newSpanId } from "../domain/TraceIds.ts"

const nothing: ReadonlyMap<string, unknown> = new Map()
const noLinks: ReadonlyArray<Tracer.SpanLink> = []

/**
 * Evaluates an operation of a fiber: the `context` of a tracer that adds nothing. All such tracers share this function,
 * since Effect calls it for every operation. With a function of its own for recorded fibers, a server that records one
 * request in a hundred spent 8 % more on all the others (`npm run bench:recording`).
 */
export const evaluated: Tracer.Tracer["context"] = (evaluate) => evaluate()

/** Takes the moments of a span. */
export interface SpanLog {
  /** The trace of the spans that have no parent. */
  readonly id: string
  /** Notes that a span begins in the fiber that runs, and returns its number. */
  readonly begin: (name: string) => number
  /** Sees an attribute of a span. */
  readonly note: (span: number, key: string, value: unknown) => void
  readonly end: (span: number, exit: Exit.Exit<unknown, unknown>) => void
}

/**
 * A span of a recording, which keeps its name and times as events and drops all but a few attributes, as they may hold
 * tokens and addresses. Its ids are made when they are read. A tracer that collects spans gets its own span, with
 * everything.
 */
export class RecordedSpan implements Tracer.Span {
  readonly _tag = "Span"
  readonly name: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly context: Context.Context<never>
  readonly kind: Tracer.SpanKind
  private readonly log: SpanLog
  private readonly number: number
  private readonly startTime: bigint
  private readonly collected: Tracer.Span | undefined
  private ownSpanId: string | undefined

  constructor(
    log: SpanLog,
    collected: Tracer.Span | undefined,
    name: string,
    parent: Option.Option<Tracer.AnySpan>,
    context: Context.Context<never>,
    startTime: bigint,
    kind: Tracer.SpanKind
  ) {
    this.name = name
    this.parent = parent
    this.context = context
    this.kind = kind
    this.log = log
    this.number = log.begin(name)
    this.startTime = startTime
    this.collected = collected
  }

  get traceId(): string {
    if (this.collected !== undefined) return this.collected.traceId
    return this.parent._tag === "Some" ? this.parent.value.traceId : this.log.id
  }

  get spanId(): string {
    return this.collected?.spanId ?? (this.ownSpanId ??= newSpanId())
  }

  /**
   * True, so that a called server that records sampled traces has its part of this one. A collector heeds the caller's
   * decision.
   */
  get sampled(): boolean {
    return this.collected?.sampled ?? true
  }

  get status(): Tracer.SpanStatus {
    return this.collected?.status ?? { _tag: "Started", startTime: this.startTime }
  }

  get attributes(): ReadonlyMap<string, unknown> {
    return this.collected?.attributes ?? nothing
  }

  get links(): ReadonlyArray<Tracer.SpanLink> {
    return this.collected?.links ?? noLinks
  }

  /** True if a tracer collects the span with its attributes and its place in the trace. */
  get isCollected(): boolean {
    return this.collected !== undefined
  }

  /** Notes that a span within this one begins, and returns its number. */
  begin(name: string): number {
    return this.log.begin(name)
  }

  /** Notes attributes of a span that `begin` has numbered. */
  note(span: number, attributes: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(attributes)) this.log.note(span, key, value)
  }

  /** Notes the end of a span that `begin` has numbered. */
  finish(span: number, exit: Exit.Exit<unknown, unknown>): void {
    this.log.end(span, exit)
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    this.log.end(this.number, exit)
    this.collected?.end(endTime, exit)
  }

  attribute(key: string, value: unknown): void {
    this.log.note(this.number, key, value)
    this.collected?.attribute(key, value)
  }

  event(name: string, startTime: bigint, attributes?: Record<string, unknown>): void {
    this.collected?.event(name, startTime, attributes)
  }

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    this.collected?.addLinks(links)
  }
}
