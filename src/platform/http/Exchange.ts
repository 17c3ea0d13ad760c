import { type Headers, type HttpServerRequest, HttpServerResponse, HttpTraceContext } from "@effect/platform"
import { Option, type Tracer } from "effect"
import type { Problem } from "../../domain/Problem.ts"
import { type Language, negotiate } from "../../domain/Text.ts"
import * as ProblemResponse from "./ProblemResponse.ts"

/** The path and query of a request target: what is before them in the absolute form (RFC 9112, 3.2.2) does not matter here. */
const originForm = (target: string) =>
  target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/?]*/i, "").replace(/^(?!\/)/, "/")

const pathOf = (url: string) => {
  const end = url.indexOf("?")
  return end < 0 ? url : url.slice(0, end)
}

type Fields = Readonly<Record<string, string>>

/** Headers of every answer. */
const always = { "x-content-type-options": "nosniff" }

/** The headers of what is written in a language: they say so, and that it depends on the request's. */
const localized = (language: Language) => ({ "content-language": language, vary: "accept-language", ...always })

/** The same, names and values in turn. */
const localizedPairs = { fr: Object.entries(localized("fr")).flat(), en: Object.entries(localized("en")).flat() }

/** What one request carries through its handling; it is the `ResponseHeaders` of its operation, too. */
export class Exchange {
  /** Its URL in origin form. */
  readonly request: HttpServerRequest.HttpServerRequest
  readonly path: string
  readonly language: Language
  /** What its handler has set, in few of them. */
  private own: Fields | undefined = undefined
  /** From the moment when the operation is known. */
  span: Tracer.Span | undefined = undefined

  constructor(received: HttpServerRequest.HttpServerRequest) {
    const url = originForm(received.url)
    this.request = url === received.url ? received : received.modify({ url })
    this.path = pathOf(url)
    this.language = negotiate(received.headers["accept-language"])
  }

  set(name: string, value: string): void {
    this.own = { ...this.own, [name]: value }
  }

  /** Headers of the answer, whoever makes it. */
  get headers(): Fields {
    return { ...always, ...this.own }
  }

  /** Headers of an answer in the language of the request. */
  get localizedHeaders(): Fields {
    return { ...localized(this.language), ...this.own }
  }

  /** The headers of an answer that is a text, names and values in turn; what its handler has set takes the place of what it would have had. */
  headersOf(contentType: string, contentLength: number): Array<string> {
    const length = String(contentLength)
    return this.own === undefined
      ? ["content-type", contentType, "content-length", length].concat(localizedPairs[this.language])
      : Object.entries({ "content-type": contentType, "content-length": length, ...this.localizedHeaders }).flat()
  }
}

export const renderProblem = (exchange: Exchange, problem: Problem): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeaders(
    ProblemResponse.render(problem, {
      language: exchange.language,
      path: exchange.path,
      traceId: exchange.span?.traceId
    }),
    exchange.localizedHeaders
  )

const isTraceId = (id: string) => /^(?!0+$)[0-9a-f]{32}$/.test(id)
const isSpanId = (id: string) => /^(?!0+$)[0-9a-f]{16}$/.test(id)

/** The caller's span (W3C trace context, or B3), if its ids have the form that they must have. */
export const callersSpan = (headers: Headers.Headers): Option.Option<Tracer.ExternalSpan> => {
  const { b3, traceparent, "x-b3-traceid": traceId } = headers
  // `HttpTraceContext` knows no quick no
  if (traceparent === undefined && b3 === undefined && traceId === undefined) return Option.none()
  const span = HttpTraceContext.fromHeaders(headers)
  return Option.isSome(span) && isTraceId(span.value.traceId) && isSpanId(span.value.spanId) ? span : Option.none()
}
