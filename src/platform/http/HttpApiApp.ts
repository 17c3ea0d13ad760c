import { type HttpApi, type HttpApiGroup, type HttpApp, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Cause, Chunk, Context, Effect, Exit, Option, Runtime, Tracer } from "effect"
import { AppConfig, type Values } from "../../AppConfig.ts"
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
import { Locale } from "../../domain/Text.ts"
import { IdempotencyKeys } from "../idempotency/IdempotencyKeys.ts"
import { Lifecycle } from "../lifecycle/Lifecycle.ts"
import * as BearerTokens from "./BearerTokens.ts"
import type { Decoded } from "./DecodeRequest.ts"
import { begin, callersSpan, type Exchange, localizedHeaders, renderProblem } from "./Exchange.ts"
import type { App, Work } from "./RequestRunner.ts"
import { ResponseHeaders } from "./ResponseHeaders.ts"
import * as Router from "./Router.ts"

type Response = HttpServerResponse.HttpServerResponse

/** Documentation by path, without its trailing slash. */
type Pages = Readonly<Record<string, HttpApp.Default>>

const pageOf = (pages: Pages, path: string): HttpApp.Default | undefined => {
  const key = path.replace(/(.)\/$/, "$1")
  return Object.hasOwn(pages, key) ? pages[key] : undefined
}

/** Why a request is not even looked at. */
const refusalOf = (config: Values, lifecycle: Context.Tag.Service<Lifecycle>, pages: Pages) => {
  const authorized = BearerTokens.checker(config.apiTokens)
  return ({ path, request: { headers, method } }: Exchange): Problem | undefined => {
    const isHealth = path.startsWith("/health/")
    if (lifecycle.isStopping() && !isHealth) return new Stopping({ retry_after: 5 })
    if (lifecycle.active() > config.maxRequests) return new Overloaded({ what: "requests", retry_after: 1 })
    const encoding = headers["content-encoding"]
    if (encoding !== undefined && encoding !== "identity") {
      return new UnsupportedMediaType({ received: `content-encoding: ${encoding}`, expected: "no content-encoding" })
    }
    const isAllowed = isHealth || method === "OPTIONS" || authorized(headers["authorization"]) ||
      pageOf(pages, path) !== undefined
    return isAllowed ? undefined : new Unauthorized()
  }
}

/** The one place where failures become answers: what the contract knows as its problem document, anything else as a 500, logged once. */
const failuresOf = (runtime: Runtime.Runtime<never>) => {
  const log = ({ path, span }: Exchange, cause: Cause.Cause<Problem>) =>
    Runtime.runFork(
      runtime,
      Effect.annotateLogs(Effect.logError("unexpected failure", cause), { trace_id: span?.traceId, path })
    )
  return {
    answer: (exchange: Exchange, cause: Cause.Cause<Problem>): Response => {
      const failure = Cause.failureOption(cause)
      if (Option.isSome(failure) && Chunk.isEmpty(Cause.defects(cause))) return renderProblem(exchange, failure.value)
      log(exchange, cause)
      return renderProblem(exchange, new InternalError())
    },
    /** That a client which left, or was cut off at the server's deadline, has interrupted its request is no failure. */
    abandoned: (exchange: Exchange, cause: Cause.Cause<Problem>): void => {
      if (!Chunk.isEmpty(Cause.defects(cause))) log(exchange, cause)
    }
  }
}

type Failures = ReturnType<typeof failuresOf>

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

/** An operation runs in one span, made here, where its name is known. */
const operationRunner = Effect.fnUntraced(function*(failures: Failures) {
  const clock = yield* Effect.clock
  const tracer = yield* Effect.tracer
  const keys = yield* Effect.serviceOption(IdempotencyKeys)

  const startSpan = ({ request }: Exchange, { name, path }: Router.Operation): Tracer.Span => {
    const parent = callersSpan(request.headers)
    const span = tracer.span(name, parent, Context.empty(), [], clock.unsafeCurrentTimeNanos(), "server")
    span.attribute("http.request.method", request.method)
    span.attribute("http.route", path)
    return span
  }

  return (exchange: Exchange, { operation, path, query }: Router.Found): Work => {
    const span = startSpan(exchange, operation)
    exchange.span = span
    const setHeader = (name: string, value: string) => {
      exchange.headers[name] = value
    }
    // made in one step: each change of a context copies it
    const context = new Map<string, unknown>([
      [Tracer.ParentSpan.key, span],
      [Locale.key, exchange.language],
      [ResponseHeaders.key, { set: setHeader }]
    ])
    const end = (exit: Exit.Exit<Response, Problem>) => span.end(clock.unsafeCurrentTimeNanos(), exit)
    return {
      effect: Effect.suspend(() =>
        Effect.flatMap(
          operation.decode({ request: exchange.request, path, query }),
          respond(exchange, operation, keys)
        )
      ),
      context: Context.unsafeMake(context),
      answer: (exit) => {
        end(exit)
        return Exit.isSuccess(exit) ? exit.value : failures.answer(exchange, exit.cause)
      },
      abandoned: (exit) => {
        end(exit)
        if (Exit.isFailure(exit)) failures.abandoned(exchange, exit.cause)
      }
    }
  }
})

/** A documentation page, OPTIONS, or what is wrong with the path or the method. */
const unmatchedAnswerer =
  (router: Router.Router, pages: Pages, failures: Failures) => (exchange: Exchange): Response | Work => {
    const { path, request } = exchange
    if (request.method === "OPTIONS" && path === "/*") return HttpServerResponse.empty({ status: 204 })
    const page = pageOf(pages, path)
    const allow = page === undefined ? router.allowed(request.url) : ["GET", "HEAD", "OPTIONS"]
    if (allow.length === 0) return renderProblem(exchange, new RouteNotFound({ path }))
    if (request.method === "OPTIONS") {
      return HttpServerResponse.empty({ status: 204, headers: { allow: allow.join(", ") } })
    }
    if (page === undefined || !allow.includes(request.method)) {
      return renderProblem(exchange, new MethodNotAllowed({ method: request.method, allow }))
    }
    return {
      effect: page.pipe(
        Effect.map(HttpServerResponse.setHeaders(exchange.headers)),
        Effect.provideService(HttpServerRequest.HttpServerRequest, request)
      ),
      context: Context.empty(),
      answer: Exit.getOrElse((cause) => failures.answer(exchange, cause)),
      abandoned: Exit.match({ onFailure: (cause) => failures.abandoned(exchange, cause), onSuccess: () => undefined })
    }
  }

/**
 * Makes a contract and its handlers an application for `RequestRunner`: routing, decoding, language, tokens, bounds, traces and problem
 * documents for every failure, from every layer.
 */
export const make = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Parameters<typeof Router.make>[1],
    pages: Pages
  ) {
    const config = yield* AppConfig
    const router = Router.make(api, handlers, config)
    const refusal = refusalOf(config, yield* Lifecycle, pages)
    const failures = failuresOf(yield* Effect.runtime<never>())
    const runOperation = yield* operationRunner(failures)
    const answerUnmatched = unmatchedAnswerer(router, pages, failures)
    const app: App = (received) => {
      const exchange = begin(received)
      const refused = refusal(exchange)
      if (refused !== undefined) return renderProblem(exchange, refused)
      const found = router.find(exchange.request)
      return found === undefined ? answerUnmatched(exchange) : runOperation(exchange, found)
    }
    return app
  }
)
