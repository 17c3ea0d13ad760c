import { Context, Option, Tracer } from "effect"
import { newTraceId } from "../../domain/TraceIds.ts"

type Fields = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/**
 * The caller's `tracestate`, in the context of its span. Outgoing calls pass the state on with the trace (W3C Trace
 * Context, 3.3).
 */
export class TraceState extends Context.Tag("barista/platform/observability/TraceState")<TraceState, string>() {}

const fieldOf = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  return typeof value === "string" ? value : undefined
}

const isZero = (id: string) => /^0+$/.test(id)

/** version - trace-id - parent-id - trace-flags, and additions of versions after 00 (W3C Trace Context, 3.2.2). */
const traceparent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

const member =
  /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/** Limit of list-members in a `tracestate` (W3C Trace Context, 3.3.1.1). */
const mostMembers = 32

/**
 * Normalizes a `tracestate` for outgoing calls; `None` if any member is malformed, because the whole is then discarded.
 */
const traceState = (written: string | undefined): Option.Option<string> => {
  const members = (written ?? "").split(",").map((one) => one.replace(/^[ \t]+|[ \t]+$/g, "")).filter((one) =>
    one !== ""
  )
  const keys = new Set(members.map((one) => one.slice(0, one.indexOf("="))))
  const isValid = members.length > 0 && members.length <= mostMembers && keys.size === members.length &&
    members.every((one) => member.test(one))
  return isValid ? Option.some(members.join(",")) : Option.none()
}

const fromTraceparent = (fields: Fields): Option.Option<Tracer.ExternalSpan> => {
  const found = traceparent.exec(fieldOf(fields, "traceparent") ?? "")
  if (found === null) return Option.none()
  const [, version = "", traceId = "", spanId = "", flags = "", more] = found
  const isUnknown = version === "ff" || (version === "00" && more !== undefined)
  if (isUnknown || isZero(traceId) || isZero(spanId)) return Option.none()
  return Option.some(Tracer.externalSpan({
    traceId,
    spanId,
    // The one flag of every version; others are not passed on.
    sampled: (Number.parseInt(flags, 16) & 1) === 1,
    context: Option.match(traceState(fieldOf(fields, "tracestate")), {
      onNone: () => Context.empty(),
      onSome: (state) => Context.make(TraceState, state)
    })
  }))
}

/** Makes a span of B3. A trace id of 64 bits is padded with zeros, because all other formats use 128 bits. */
const b3Span = (traceId: string, spanId: string, sampling: string | undefined): Option.Option<Tracer.ExternalSpan> =>
  /^(?:[0-9a-f]{16}){1,2}$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId) && !isZero(traceId) && !isZero(spanId)
    ? Option.some(Tracer.externalSpan({
      traceId: traceId.padStart(32, "0"),
      spanId,
      // An absent state defers the decision to this server, which samples every such trace.
      sampled: sampling === undefined || sampling === "1" || sampling === "d"
    }))
    : Option.none()

/** `{trace id}-{span id}-{sampling state}-{parent span id}`, the last two optional. */
const singleB3 = /^([0-9a-f]{32}|[0-9a-f]{16})-([0-9a-f]{16})(?:-([01d])(?:-[0-9a-f]{16})?)?$/

const fromSingleB3 = (fields: Fields): Option.Option<Tracer.ExternalSpan> => {
  const [, traceId = "", spanId = "", sampling] = singleB3.exec(fieldOf(fields, "b3") ?? "") ?? []
  return b3Span(traceId, spanId, sampling)
}

/**
 * Sampling states by header value. Tracers older than the specification send `true` and `false`, which must be
 * accepted.
 */
const samplings: Readonly<Record<string, string>> = { "1": "1", "0": "0", "true": "1", "false": "0" }

const fromMultipleB3 = (fields: Fields): Option.Option<Tracer.ExternalSpan> => {
  const traceId = fieldOf(fields, "x-b3-traceid") ?? ""
  const spanId = fieldOf(fields, "x-b3-spanid") ?? ""
  const parent = fieldOf(fields, "x-b3-parentspanid")
  const sampled = fieldOf(fields, "x-b3-sampled")
  if (parent !== undefined && !/^[0-9a-f]{16}$/.test(parent)) return Option.none()
  if (fieldOf(fields, "x-b3-flags") === "1") return b3Span(traceId, spanId, "d")
  if (sampled === undefined) return b3Span(traceId, spanId, undefined)
  const sampling = Object.hasOwn(samplings, sampled) ? samplings[sampled] : undefined
  return sampling === undefined ? Option.none() : b3Span(traceId, spanId, sampling)
}

/**
 * Reads the caller's span from `traceparent` (W3C Trace Context), or else from `b3` or `X-B3-*`
 * (openzipkin/b3-propagation). Each format is validated by its own rules. A malformed header counts as absent, so that
 * a new trace begins.
 */
export const callersSpan = (fields: Fields): Option.Option<Tracer.ExternalSpan> => {
  if (
    fields["traceparent"] === undefined && fields["b3"] === undefined && fields["x-b3-traceid"] === undefined
  ) return Option.none()
  return fromTraceparent(fields).pipe(
    Option.orElse(() => fromSingleB3(fields)),
    Option.orElse(() => fromMultipleB3(fields))
  )
}

/** Returns the caller's `tracestate`, from the root of a chain of spans. */
export const traceStateOf = (span: Tracer.AnySpan): Option.Option<string> => {
  let current: Tracer.AnySpan = span
  while (current._tag === "Span" && Option.isSome(current.parent)) current = current.parent.value
  return Context.getOption(current.context, TraceState)
}

/** Returns the trace id of a request without a span: its caller's, or a new one. */
export const traceIdOf = (fields: Fields): string =>
  Option.match(callersSpan(fields), {
    onNone: newTraceId,
    onSome: ({ traceId }) => traceId
  })
