import { Context, Option, Tracer } from "effect"
import { randomBytes } from "node:crypto"

type Fields = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** The caller's `tracestate`, within its span; it is passed on with the trace (W3C Trace Context, 3.3). */
export class TraceState extends Context.Tag("barista/platform/observability/TraceState")<TraceState, string>() {}

const fieldOf = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  return typeof value === "string" ? value : undefined
}

const isZero = (id: string) => /^0+$/.test(id)

/** version - trace-id - parent-id - trace-flags, and what a version after 00 may add (W3C Trace Context, 3.2.2). */
const traceparent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

const member =
  /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/** List-members that a `tracestate` may have (W3C Trace Context, 3.3.1.1). */
const mostMembers = 32

/** A `tracestate` as it is passed on; none where any of it cannot be parsed, as it is then discarded whole. */
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
    // the one flag that every version has; the others are not passed on
    sampled: (Number.parseInt(flags, 16) & 1) === 1,
    context: Option.match(traceState(fieldOf(fields, "tracestate")), {
      onNone: () => Context.empty(),
      onSome: (state) => Context.make(TraceState, state)
    })
  }))
}

/** A span of B3: a trace id of 64 bits is padded with zeros, as it is a trace id of 128 bits everywhere else. */
const b3Span = (traceId: string, spanId: string, sampling: string | undefined): Option.Option<Tracer.ExternalSpan> =>
  /^(?:[0-9a-f]{16}){1,2}$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId) && !isZero(traceId) && !isZero(spanId)
    ? Option.some(Tracer.externalSpan({
      traceId: traceId.padStart(32, "0"),
      spanId,
      // deferred to us where it is absent; nobody here samples by chance
      sampled: sampling === undefined || sampling === "1" || sampling === "d"
    }))
    : Option.none()

/** `{trace id}-{span id}-{sampling state}-{parent span id}`, the last two optional. */
const singleB3 = /^([0-9a-f]{32}|[0-9a-f]{16})-([0-9a-f]{16})(?:-([01d])(?:-[0-9a-f]{16})?)?$/

const fromSingleB3 = (fields: Fields): Option.Option<Tracer.ExternalSpan> => {
  const [, traceId = "", spanId = "", sampling] = singleB3.exec(fieldOf(fields, "b3") ?? "") ?? []
  return b3Span(traceId, spanId, sampling)
}

/** `true` and `false` are of tracers older than the specification, which tells to take them. */
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
 * The caller's span: by `traceparent` (W3C Trace Context), or else by `b3` or `X-B3-*` (openzipkin/b3-propagation), each judged by its own
 * rules. A malformed one is as none: a trace of our own begins.
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

/** The caller's `tracestate`, of the span that a chain of spans ends in. */
export const traceStateOf = (span: Tracer.AnySpan): Option.Option<string> => {
  let current: Tracer.AnySpan = span
  while (current._tag === "Span" && Option.isSome(current.parent)) current = current.parent.value
  return Context.getOption(current.context, TraceState)
}

/** The trace id of a request that has no span: its caller's, or a new one. */
export const traceIdOf = (fields: Fields): string =>
  Option.match(callersSpan(fields), {
    onNone: () => randomBytes(16).toString("hex"),
    onSome: ({ traceId }) => traceId
  })
