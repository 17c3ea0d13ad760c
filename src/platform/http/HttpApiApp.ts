import {
  type Headers,
  type HttpApi,
  type HttpApiGroup,
  type HttpApp,
  HttpServerRequest,
  HttpServerResponse,
  HttpTraceContext
} from "@effect/platform"
import { Cause, Chunk, Context, Effect, Option, Tracer } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import {
  InternalError,
  MethodNotAllowed,
  Overloaded,
  type Problem,
  RouteNotFound,
  Stopping,
  Unauthorized,
  UnsupportedMediaType
} from "../../domain/Problem.ts"
import { type Language, Locale, negotiate } from "../../domain/Text.ts"
import { IdempotencyKeys } from "../idempotency/IdempotencyKeys.ts"
import { Lifecycle } from "../lifecycle/Lifecycle.ts"
import * as BearerTokens from "./BearerTokens.ts"
import type { Decoded } from "./DecodeRequest.ts"
import * as ProblemResponse from "./ProblemResponse.ts"
import { ResponseHeaders } from "./ResponseHeaders.ts"
import * as Router from "./Router.ts"

type Request = HttpServerRequest.HttpServerRequest
type Response = HttpServerResponse.HttpServerResponse

/** The path and query of a request target: what is before them in the absolute form (RFC 9112, 3.2.2) does not matter here. */
const originForm = (target: string) => target.replace(/^https?:\/\/[^/?]*/i, "").replace(/^(?!\/)/, "/")

const pathOf = (url: string) => url.split("?", 1)[0] ?? url

/** The caller's trace (W3C trace context, or B3), if its ids have the form that they must have. */
const callersSpan = (headers: Headers.Headers) =>
  Option.filter(
    HttpTraceContext.fromHeaders(headers),
    ({ spanId, traceId }) => /^(?!0+$)[0-9a-f]{32}$/.test(traceId) && /^(?!0+$)[0-9a-f]{16}$/.test(spanId)
  )

/** What one request carries through its handling. */
interface Exchange {
  readonly request: Request
  readonly path: string
  readonly language: Language
  /** Headers of the answer, whoever makes it. */
  readonly headers: Record<string, string>
  traceId: string | undefined
}

const begin = (received: Request): Exchange => {
  const url = originForm(received.url)
  const request = url === received.url ? received : received.modify({ url })
  const language = negotiate(request.headers["accept-language"])
  return { request, path: pathOf(url), language, headers: { "x-content-type-options": "nosniff" }, traceId: undefined }
}

/** What is written in the language of the request says so, and that it depends on it. */
const setHeaders = ({ headers, language }: Exchange) => (response: Response): Response =>
  HttpServerResponse.setHeaders(response, { "content-language": language, vary: "accept-language", ...headers })

const renderProblem = (exchange: Exchange, problem: Problem): Response =>
  setHeaders(exchange)(
    ProblemResponse.render(problem, {
      language: exchange.language,
      path: exchange.path,
      traceId: exchange.traceId
    })
  )

/** The one place where failures become answers: what the contract knows as its problem document, anything else as a 500, logged once. */
const answerFailure = (exchange: Exchange) => (cause: Cause.Cause<Problem>): Effect.Effect<Response> => {
  const failure = Cause.failureOption(cause)
  if (Option.isSome(failure) && Chunk.isEmpty(Cause.defects(cause))) {
    return Effect.succeed(renderProblem(exchange, failure.value))
  }
  // the client has gone, or the server's deadline has passed: there is nobody to answer
  if (Cause.isInterruptedOnly(cause)) return Effect.interrupt
  return Effect.as(
    Effect.logError("unexpected failure", cause).pipe(
      Effect.annotateLogs({ trace_id: exchange.traceId, path: exchange.path })
    ),
    renderProblem(exchange, new InternalError())
  )
}

/** The documentation's key of a path: without its trailing slash. */
const pageOf = (path: string) => path.replace(/(.)\/$/, "$1")

const spanOptions = ({ request }: Exchange, { path }: Router.Operation): Tracer.SpanOptions => ({
  kind: "server",
  captureStackTrace: false,
  attributes: { "http.request.method": request.method, "http.route": path },
  ...Option.match(callersSpan(request.headers), { onNone: () => ({ root: true }), onSome: (parent) => ({ parent }) })
})

/** Handles a decoded request and encodes the answer; at most once, where the request carries an idempotency key. */
const respond = (
  exchange: Exchange,
  { encode, handle, name }: Router.Operation,
  keys: Option.Option<IdempotencyKeys["Type"]>
) =>
(decoded: Decoded): Effect.Effect<Response, Problem> => {
  const run = () =>
    Effect.flatMap(handle(decoded), (answer) =>
      HttpServerResponse.isServerResponse(answer)
        ? Effect.succeed(HttpServerResponse.setHeaders(answer, exchange.headers))
        : Effect.map(encode(answer), setHeaders(exchange)))
  if (decoded.idempotencyKey === undefined) return run()
  const { idempotencyKey: key, request, ...input } = decoded
  return Option.match(keys, {
    onNone: () => Effect.dieMessage("no layer of IdempotencyKeys"),
    onSome: ({ once }) =>
      once({
        key,
        authorization: request.headers["authorization"],
        operation: name,
        input,
        respond: Effect.suspend(run),
        render: (problem) => renderProblem(exchange, problem)
      })
  })
}

const runOperation = (
  exchange: Exchange,
  { operation, path, query }: Router.Found,
  keys: Option.Option<IdempotencyKeys["Type"]>
): Effect.Effect<Response, Problem> => {
  const { headers, language, request } = exchange
  const responseHeaders = {
    set: (name: string, value: string) => {
      headers[name] = value
    }
  }
  const operate = operation.decode({ request, path, query }).pipe(
    Effect.flatMap(respond(exchange, operation, keys))
  )
  return Effect.interruptible(Effect.useSpan(operation.name, spanOptions(exchange, operation), (span) => {
    exchange.traceId = span.traceId
    // in one step: each change of the context costs a waiting request half a kilobyte
    return Effect.mapInputContext(operate, (context: Context.Context<never>) =>
      context.pipe(
        Context.add(Tracer.ParentSpan, span),
        Context.add(Locale, language),
        Context.add(ResponseHeaders, responseHeaders)
      ))
  }))
}

const services = Effect.all([AppConfig, Lifecycle, Effect.serviceOption(IdempotencyKeys)], { concurrency: 1 })

/**
 * Makes a contract and its handlers an application for @effect/platform's HttpServer: routing, decoding, language, tokens, bounds, traces and
 * problem documents for every failure, from every layer.
 */
export const make = <Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
  api: HttpApi.HttpApi<Id, Groups, E, never>,
  handlers: Parameters<typeof Router.make>[1],
  pages: Readonly<Record<string, HttpApp.Default>>
) =>
  Effect.map(services, ([config, lifecycle, keys]) => {
    const router = Router.make(api, handlers, config)
    const authorized = BearerTokens.checker(config.apiTokens)
    const isPage = (path: string) => Object.hasOwn(pages, pageOf(path))

    /** Why a request is not even looked at. */
    const refusal = ({ path, request: { headers, method } }: Exchange): Problem | undefined => {
      const isHealth = path.startsWith("/health/")
      if (lifecycle.isStopping() && !isHealth) return new Stopping({ retry_after: 5 })
      if (lifecycle.active() > config.maxRequests) return new Overloaded({ what: "requests", retry_after: 1 })
      const encoding = headers["content-encoding"]
      if (encoding !== undefined && encoding !== "identity") {
        return new UnsupportedMediaType({
          received: `content-encoding: ${encoding}`,
          expected: "no content-encoding"
        })
      }
      const isOpen = isHealth || isPage(path) || method === "OPTIONS"
      return isOpen || authorized(headers["authorization"]) ? undefined : new Unauthorized()
    }

    const answerUnmatched = (exchange: Exchange): Effect.Effect<Response> => {
      const { path, request } = exchange
      if (request.method === "OPTIONS" && path === "/*") {
        return Effect.succeed(HttpServerResponse.empty({ status: 204 }))
      }
      const page = pages[pageOf(path)]
      const allow = page === undefined ? router.allowed(request.url) : ["GET", "HEAD", "OPTIONS"]
      if (allow.length === 0) return Effect.succeed(renderProblem(exchange, new RouteNotFound({ path })))
      if (request.method === "OPTIONS") {
        return Effect.succeed(HttpServerResponse.empty({ status: 204, headers: { allow: allow.join(", ") } }))
      }
      return page !== undefined && allow.includes(request.method)
        ? Effect.map(
          Effect.provideService(page, HttpServerRequest.HttpServerRequest, request),
          HttpServerResponse.setHeaders(exchange.headers)
        )
        : Effect.succeed(renderProblem(exchange, new MethodNotAllowed({ method: request.method, allow })))
    }

    return Effect.flatMap(HttpServerRequest.HttpServerRequest, (received) => {
      const exchange = begin(received)
      const refused = refusal(exchange)
      if (refused !== undefined) return Effect.succeed(renderProblem(exchange, refused))
      const found = router.find(exchange.request)
      const answer = found === undefined ? answerUnmatched(exchange) : runOperation(exchange, found, keys)
      return Effect.catchAllCause(answer, answerFailure(exchange))
    })
  })
