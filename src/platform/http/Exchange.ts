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

/** What one request carries through its handling; it is the `ResponseHeaders` of its operation, too. */
export class Exchange {
  /** Its URL in origin form. */
  readonly request: HttpServerRequest.HttpServerRequest
  readonly path: string
  readonly language: Language
  /** Headers of the answer, whoever makes it. */
  readonly headers: Record<string, string> = { "x-content-type-options": "nosniff" }
  /** From the moment when the operation is known. */
  span: Tracer.Span | undefined = undefined

  constructor(received: HttpServerRequest.HttpServerRequest) {
    const url = originForm(received.url)
    this.request = url === received.url ? received : received.modify({ url })
    this.path = pathOf(url)
    this.language = negotiate(received.headers["accept-language"])
  }

  set(name: string, value: string): void {
    this.headers[name] = value
  }
}

/** The headers of what is written in the language of the request: they say so, and that it depends on it. */
export const localizedHeaders = ({ headers, language }: Exchange): Readonly<Record<string, string>> => ({
  "content-language": language,
  vary: "accept-language",
  ...headers
})

export const renderProblem = (exchange: Exchange, problem: Problem): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeaders(
    ProblemResponse.render(problem, {
      language: exchange.language,
      path: exchange.path,
      traceId: exchange.span?.traceId
    }),
    localizedHeaders(exchange)
  )

const isTraceId = (id: string) => /^(?!0+$)[0-9a-f]{32}$/.test(id)
const isSpanId = (id: string) => /^(?!0+$)[0-9a-f]{16}$/.test(id)

/** Those that `HttpTraceContext` reads, which knows no quick no. */
const traceHeaders = ["traceparent", "b3", "x-b3-traceid"]

/** The caller's span (W3C trace context, or B3), if its ids have the form that they must have. */
export const callersSpan = (headers: Headers.Headers): Option.Option<Tracer.ExternalSpan> => {
  if (!traceHeaders.some((name) => headers[name] !== undefined)) return Option.none()
  const span = HttpTraceContext.fromHeaders(headers)
  return Option.isSome(span) && isTraceId(span.value.traceId) && isSpanId(span.value.spanId) ? span : Option.none()
}
