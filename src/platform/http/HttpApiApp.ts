import {
  type Headers,
  type HttpApi,
  type HttpApiGroup,
  type HttpApp,
  HttpServerError,
  HttpServerRequest,
  HttpServerResponse,
  HttpTraceContext
} from "@effect/platform"
import { Cause, Chunk, Context, Effect, Exit, HashSet, Option, Runtime, Tracer } from "effect"
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
import type { App, Work } from "./RequestRunner.ts"
import { ResponseHeaders } from "./ResponseHeaders.ts"
import * as Router from "./Router.ts"

type Request = HttpServerRequest.HttpServerRequest
type Response = HttpServerResponse.HttpServerResponse

/** The path and query of a request target: what is before them in the absolute form (RFC 9112, 3.2.2) does not matter here. */
const originForm = (target: string) =>
  target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/?]*/i, "").replace(/^(?!\/)/, "/")

const pathOf = (url: string) => {
  const end = url.indexOf("?")
  return end < 0 ? url : url.slice(0, end)
}

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
  span: Tracer.Span | undefined
}

const begin = (received: Request): Exchange => {
  const url = originForm(received.url)
  const request = url === received.url ? received : received.modify({ url })
  const language = negotiate(request.headers["accept-language"])
  return { request, path: pathOf(url), language, headers: { "x-content-type-options": "nosniff" }, span: undefined }
}

/** What is written in the language of the request says so, and that it depends on it. */
const localizedHeaders = ({ headers, language }: Exchange) => ({
  "content-language": language,
  vary: "accept-language",
  ...headers
})

const renderProblem = (exchange: Exchange, problem: Problem): Response =>
  HttpServerResponse.setHeaders(
    ProblemResponse.render(problem, {
      language: exchange.language,
      path: exchange.path,
      traceId: exchange.span?.traceId
    }),
    localizedHeaders(exchange)
  )

/** Whether an effect ended because its client left, or was cut off by the server's deadline: there is nobody to answer. */
const isAbandoned = (cause: Cause.Cause<Problem>) =>
  Cause.isInterruptedOnly(cause) && HashSet.has(Cause.interruptors(cause), HttpServerError.clientAbortFiberId)

/** The documentation's key of a path: without its trailing slash. */
const pageOf = (path: string) => path.replace(/(.)\/$/, "$1")

/** Handles a decoded request and encodes the answer; at most once, where the request carries an idempotency key. */
const respond = (
  exchange: Exchange,
  { encode, handle, name }: Router.Operation,
  keys: Option.Option<IdempotencyKeys["Type"]>
) =>
(decoded: Decoded): Effect.Effect<Response, Problem> => {
  const run = () =>
    Effect.map(handle(decoded), (answer) =>
      HttpServerResponse.isServerResponse(answer)
        ? HttpServerResponse.setHeaders(answer, exchange.headers)
        : encode(answer, localizedHeaders(exchange)))
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
): Effect.Effect<Response, Problem> =>
  operation.decode({ request: exchange.request, path, query }).pipe(
    Effect.flatMap(respond(exchange, operation, keys))
  )

/**
 * Makes a contract and its handlers an application for `RequestRunner`: routing, decoding, language, tokens, bounds, traces and problem
 * documents for every failure, from every layer.
 */
export const make = <Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
  api: HttpApi.HttpApi<Id, Groups, E, never>,
  handlers: Parameters<typeof Router.make>[1],
  pages: Readonly<Record<string, HttpApp.Default>>
) =>
  Effect.gen(function*() {
    const config = yield* AppConfig
    const lifecycle = yield* Lifecycle
    const keys = yield* Effect.serviceOption(IdempotencyKeys)
    const clock = yield* Effect.clock
    const tracer = yield* Effect.tracer
    const runFork = Runtime.runFork(yield* Effect.runtime<never>())
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

    /** The one place where failures become answers: what the contract knows as its problem document, anything else as a 500, logged once. */
    const answerFailure = (exchange: Exchange, cause: Cause.Cause<Problem>): Response => {
      const failure = Cause.failureOption(cause)
      if (Option.isSome(failure) && Chunk.isEmpty(Cause.defects(cause))) return renderProblem(exchange, failure.value)
      if (!isAbandoned(cause)) {
        runFork(
          Effect.logError("unexpected failure", cause).pipe(
            Effect.annotateLogs({ trace_id: exchange.span?.traceId, path: exchange.path })
          )
        )
      }
      return renderProblem(exchange, new InternalError())
    }

    const startSpan = ({ request }: Exchange, { name, path }: Router.Operation): Tracer.Span => {
      const parent = callersSpan(request.headers)
      const span = tracer.span(name, parent, Context.empty(), [], clock.unsafeCurrentTimeNanos(), "server")
      span.attribute("http.request.method", request.method)
      span.attribute("http.route", path)
      return span
    }

    const answerOperation = (exchange: Exchange, found: Router.Found): Work => {
      const span = startSpan(exchange, found.operation)
      exchange.span = span
      return {
        effect: Effect.suspend(() => runOperation(exchange, found, keys)),
        context: Context.unsafeMake(
          new Map<string, unknown>([
            [Tracer.ParentSpan.key, span],
            [Locale.key, exchange.language],
            [ResponseHeaders.key, {
              set: (name: string, value: string) => {
                exchange.headers[name] = value
              }
            }]
          ])
        ),
        answer: (exit) => {
          span.end(clock.unsafeCurrentTimeNanos(), exit)
          return Exit.isSuccess(exit) ? exit.value : answerFailure(exchange, exit.cause)
        }
      }
    }

    const answerPage = (exchange: Exchange, page: HttpApp.Default): Work => ({
      effect: page.pipe(
        Effect.map(HttpServerResponse.setHeaders(exchange.headers)),
        Effect.provideService(HttpServerRequest.HttpServerRequest, exchange.request)
      ),
      context: Context.empty(),
      answer: Exit.match({ onFailure: (cause) => answerFailure(exchange, cause), onSuccess: (response) => response })
    })

    const answerUnmatched = (exchange: Exchange): Response | Work => {
      const { path, request } = exchange
      if (request.method === "OPTIONS" && path === "/*") return HttpServerResponse.empty({ status: 204 })
      const page = pages[pageOf(path)]
      const allow = page === undefined ? router.allowed(request.url) : ["GET", "HEAD", "OPTIONS"]
      if (allow.length === 0) return renderProblem(exchange, new RouteNotFound({ path }))
      if (request.method === "OPTIONS") {
        return HttpServerResponse.empty({ status: 204, headers: { allow: allow.join(", ") } })
      }
      return page !== undefined && allow.includes(request.method)
        ? answerPage(exchange, page)
        : renderProblem(exchange, new MethodNotAllowed({ method: request.method, allow }))
    }

    const app: App = (received) => {
      const exchange = begin(received)
      const refused = refusal(exchange)
      if (refused !== undefined) return renderProblem(exchange, refused)
      const found = router.find(exchange.request)
      return found === undefined ? answerUnmatched(exchange) : answerOperation(exchange, found)
    }
    return app
  })
