import { Cause, type Context, Exit, Option, Tracer } from "effect"
import { newSpanId } from "../../../domain/TraceIds.ts"
import { traceStateOf } from "../TraceContext.ts"
import { isUnrecorded } from "../Tracing.ts"

/**
 * Attributes that leave the server: the names of OpenTelemetry that hold no body, token, address or query. All others
 * are dropped.
 */
const kept: ReadonlySet<string> = new Set([
  "http.request.method",
  "http.route",
  "http.response.status_code",
  "db.system.name",
  "db.operation.name"
])

type Attribute = string | number | boolean

const isAttribute = (value: unknown): value is Attribute =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"

const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const

/** OTLP's status of a span that succeeded, as OpenTelemetry advises. It is written, as some receivers insist on one. */
const unset = 0

const failed = 2

const noLinks: ReadonlyArray<Tracer.SpanLink> = []

/** Attributes in OTLP's JSON, where whole numbers are texts. */
export const keyValues = (attributes: Iterable<readonly [string, Attribute]>) =>
  Array.from(attributes, ([key, value]) => ({
    key,
    value: typeof value === "string"
      ? { stringValue: value }
      : typeof value === "boolean"
      ? { boolValue: value }
      : Number.isInteger(value)
      ? { intValue: String(value) }
      : { doubleValue: value }
  }))

const tagOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : "defect"

/** A span until its end, at which it is handed over if its trace is sampled. */
export class CollectedSpan implements Tracer.Span {
  readonly _tag = "Span"
  readonly name: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly context: Context.Context<never>
  readonly kind: Tracer.SpanKind
  readonly traceId: string
  readonly spanId = newSpanId()
  /** The caller's decision; a trace that begins here is sampled, as its run is recorded. */
  readonly sampled: boolean
  readonly links = noLinks
  readonly attributes = new Map<string, Attribute>()
  status: Tracer.SpanStatus
  private readonly ended: (span: CollectedSpan) => void

  constructor(
    ended: (span: CollectedSpan) => void,
    trace: string,
    ...[name, parent, context, _links, startTime, kind]: Parameters<Tracer.Tracer["span"]>
  ) {
    this.ended = ended
    this.name = name
    // the run of a job begins below spans that nobody keeps
    const above = Option.filter(parent, (span) => !isUnrecorded(span))
    this.parent = above
    this.context = context
    this.kind = kind
    this.traceId = Option.match(above, { onNone: () => trace, onSome: ({ traceId }) => traceId })
    this.sampled = Option.match(above, { onNone: () => true, onSome: ({ sampled }) => sampled })
    this.status = { _tag: "Started", startTime }
  }

  attribute(key: string, value: unknown): void {
    if (kept.has(key) && isAttribute(value)) this.attributes.set(key, value)
  }

  /** Drops events, as their texts are free: log lines, messages of errors. */
  event(): void {}

  addLinks(): void {}

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    if (this.status._tag === "Ended") return
    this.status = { _tag: "Ended", startTime: this.status.startTime, endTime, exit }
    if (this.sampled) this.ended(this)
  }

  /** The span in OTLP's JSON encoding of protobuf. An error says its type, and no message. */
  toJSON() {
    const { attributes, kind, name, parent, spanId, status, traceId } = this
    const exit = status._tag === "Ended" ? status.exit : Exit.void
    const isInterrupted = Exit.isInterrupted(exit)
    // a server's answer below 500 is no error of the server's
    const isAnswered = Number(attributes.get("http.response.status_code") ?? 500) < 500
    const isFailed = Exit.isFailure(exit) && !isInterrupted && !isAnswered
    const errorType = isFailed ? tagOf(Cause.squash(exit.cause)) : undefined
    return {
      traceId,
      spanId,
      ...(Option.isSome(parent) && { parentSpanId: parent.value.spanId }),
      ...Option.match(traceStateOf(this), { onNone: () => ({}), onSome: (traceState) => ({ traceState }) }),
      name,
      kind: kinds[kind],
      startTimeUnixNano: String(status.startTime),
      endTimeUnixNano: String(status._tag === "Ended" ? status.endTime : status.startTime),
      attributes: keyValues([
        ...attributes,
        ...(errorType === undefined ? [] : [["error.type", errorType] as const]),
        ...(isInterrupted ? [["barista.interrupted", true] as const] : [])
      ]),
      status: { code: errorType === undefined ? unset : failed }
    }
  }
}

/** Makes a tracer whose spans are handed over at their end. */
export const tracer = (ended: (span: CollectedSpan) => void, trace: string): Tracer.Tracer =>
  Tracer.make({
    context: (evaluate) => evaluate(),
    span: (...asked) => new CollectedSpan(ended, trace, ...asked)
  })
