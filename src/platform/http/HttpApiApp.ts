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
import { callersSpan, Exchange, localizedHeaders, renderProblem } from "./Exchange.ts"
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

/** What the runs of all operations share. */
const surroundings = Effect.fnUntraced(function*(failures: Failures) {
  const clock = yield* Effect.clock
  const tracer = yield* Effect.tracer
  const keys = yield* Effect.serviceOption(IdempotencyKeys)
  return { clock, tracer, keys, failures }
})

type Surroundings = Effect.Effect.Success<ReturnType<typeof surroundings>>

/** A run of an operation, in one span, made here, where its name is known. One object, as there are as many as requests under way. */
class OperationRun implements Work {
  readonly context: Context.Context<never>
  private readonly shared: Surroundings
  private readonly exchange: Exchange
  private readonly found: Router.Found
  private readonly span: Tracer.Span

  constructor(shared: Surroundings, exchange: Exchange, found: Router.Found) {
    this.shared = shared
    this.exchange = exchange
    this.found = found
    this.span = this.startSpan()
    exchange.span = this.span
    // made in one step: each change of a context copies it
    this.context = Context.unsafeMake(
      new Map<string, unknown>()
        .set(Tracer.ParentSpan.key, this.span)
        .set(Locale.key, exchange.language)
        .set(ResponseHeaders.key, exchange)
    )
  }

  effect(): Effect.Effect<Response, Problem> {
    const { operation, path, query } = this.found
    return Effect.flatMap(
      operation.decode({ request: this.exchange.request, path, query }),
      (decoded) => this.respond(decoded)
    )
  }

  answer(exit: Exit.Exit<Response, Problem>): Response {
    this.endSpan(exit)
    return Exit.isSuccess(exit) ? exit.value : this.shared.failures.answer(this.exchange, exit.cause)
  }

  abandoned(exit: Exit.Exit<Response, Problem>): void {
    this.endSpan(exit)
    if (Exit.isFailure(exit)) this.shared.failures.abandoned(this.exchange, exit.cause)
  }

  private startSpan(): Tracer.Span {
    const { clock, tracer } = this.shared
    const { headers, method } = this.exchange.request
    const { name, path } = this.found.operation
    const span = tracer.span(name, callersSpan(headers), Context.empty(), [], clock.unsafeCurrentTimeNanos(), "server")
    span.attribute("http.request.method", method)
    span.attribute("http.route", path)
    return span
  }

  private endSpan(exit: Exit.Exit<Response, Problem>): void {
    this.span.end(this.shared.clock.unsafeCurrentTimeNanos(), exit)
  }

  /** Handles a decoded request and encodes the answer; at most once, where the request carries an idempotency key. */
  private respond(decoded: Decoded): Effect.Effect<Response, Problem> {
    if (decoded.idempotencyKey === undefined) return this.handle(decoded)
    const { exchange, found: { operation }, shared } = this
    const { idempotencyKey: key, request, ...input } = decoded
    return Option.match(shared.keys, {
      onNone: () => Effect.dieMessage("no layer of IdempotencyKeys"),
      onSome: ({ once }) =>
        once({
          key,
          authorization: request.headers["authorization"],
          operation: operation.name,
          input,
          respond: Effect.suspend(() => this.handle(decoded)),
          render: (problem) => renderProblem(exchange, problem)
        })
    })
  }

  private handle(decoded: Decoded): Effect.Effect<Response, Problem> {
    const { operation } = this.found
    return Effect.map(operation.handle(decoded), (answer) =>
      HttpServerResponse.isServerResponse(answer)
        ? HttpServerResponse.setHeaders(answer, this.exchange.headers)
        : operation.encode(answer, localizedHeaders(this.exchange)))
  }
}

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
      effect: () =>
        page.pipe(
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
    const shared = yield* surroundings(failures)
    const answerUnmatched = unmatchedAnswerer(router, pages, failures)
    const app: App = (received) => {
      const exchange = new Exchange(received)
      const refused = refusal(exchange)
      if (refused !== undefined) return renderProblem(exchange, refused)
      const found = router.find(exchange.request)
      return found === undefined ? answerUnmatched(exchange) : new OperationRun(shared, exchange, found)
    }
    return app
  }
)
