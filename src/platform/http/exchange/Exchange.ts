import { type HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import type { Tracer } from "effect"
import type { Problem } from "../../../domain/Problem.ts"
import { type Language, negotiate } from "../../../domain/Text.ts"
import { traceIdOf } from "../../observability/TraceContext.ts"
import type { Recorded } from "../../recorder/Recorded.ts"
import { Incoming } from "./Incoming.ts"
import * as ProblemResponse from "./ProblemResponse.ts"
import { originForm, pathOf } from "./target.ts"

type Fields = Readonly<Record<string, string>>

/** Headers of an answer in each language, names and values in turn. */
const localizedPairs = {
  fr: Object.entries(ProblemResponse.localized("fr")).flat(),
  en: Object.entries(ProblemResponse.localized("en")).flat()
}

/** State of one request through its handling. Serves also as the `ResponseHeaders` of its operation. */
export class Exchange {
  /** The request, with its URL in origin form. */
  readonly request: HttpServerRequest.HttpServerRequest
  readonly path: string
  readonly language: Language
  /** Headers that the handler has set; few handlers set any. */
  private own: Fields | undefined = undefined
  /** Span of the request, set once its operation is known. */
  span: Tracer.Span | undefined = undefined
  /** Recording of the request, if it is recorded. */
  recorded: Recorded | undefined = undefined
  #traceId: string | undefined = undefined

  constructor(received: HttpServerRequest.HttpServerRequest) {
    const url = originForm(received.url)
    this.request = url === received.url ? received : received.modify({ url })
    this.path = pathOf(url)
    this.language = negotiate(received.headers["accept-language"])
    const source = NodeHttpServerRequest.toIncomingMessage(received)
    if (source instanceof Incoming) source.traced = this
  }

  /** The arrival, in milliseconds of `performance.now()`. */
  get arrived(): number {
    const source = NodeHttpServerRequest.toIncomingMessage(this.request)
    return source instanceof Incoming ? source.arrived : performance.now()
  }

  /** Trace id of the request: its span's, else its caller's, else a new one. Computed at the first read. */
  get traceId(): string {
    return this.span?.traceId ?? (this.#traceId ??= traceIdOf(this.request.headers))
  }

  /** The problem with the request's body, set if the rest of the body could not be read. */
  get fault(): Problem | undefined {
    const source = NodeHttpServerRequest.toIncomingMessage(this.request)
    return source instanceof Incoming ? source.fault : undefined
  }

  set(name: string, value: string): void {
    this.own = { ...this.own, [name]: value }
  }

  /** Headers of every answer, and those that the handler has set. */
  get headers(): Fields {
    return { ...ProblemResponse.always, ...this.own }
  }

  /** Headers of an answer in the language of the request. */
  get localizedHeaders(): Fields {
    return { ...ProblemResponse.localized(this.language), ...this.own }
  }

  /** Headers of a text answer, names and values in turn. A header that the handler has set replaces the default one. */
  headersOf(contentType: string, contentLength: number): Array<string> {
    const length = String(contentLength)
    return this.own === undefined
      ? ["content-type", contentType, "content-length", length, ...localizedPairs[this.language]]
      : Object.entries({ "content-type": contentType, "content-length": length, ...this.localizedHeaders }).flat()
  }
}

export const renderProblem = (exchange: Exchange, problem: Problem): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeaders(
    ProblemResponse.render(problem, {
      language: exchange.language,
      path: exchange.path,
      traceId: exchange.traceId
    }),
    exchange.localizedHeaders
  )
