import { type HttpApi, type HttpApiGroup, HttpServerResponse } from "@effect/platform"
import { Context, Effect, Exit, Tracer } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import type { Problem } from "../../domain/Problem.ts"
import { Locale } from "../../domain/Text.ts"
import { Lifecycle } from "../lifecycle/Lifecycle.ts"
import type { Decoded } from "./DecodeRequest.ts"
import { Exchange, localizedHeaders, renderProblem } from "./Exchange.ts"
import { failuresOf } from "./Failures.ts"
import { type Pages, refusalOf } from "./Refusal.ts"
import type { App, Work } from "./RequestRunner.ts"
import { ResponseHeaders } from "./ResponseHeaders.ts"
import * as Router from "./Router.ts"
import { atMostOnce, startSpan, type Surroundings, surroundings } from "./Surroundings.ts"
import { unmatchedAnswerer } from "./Unmatched.ts"

type Response = HttpServerResponse.HttpServerResponse

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
    this.span = startSpan(shared, exchange, found.operation)
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

  private endSpan(exit: Exit.Exit<Response, Problem>): void {
    this.span.end(this.shared.clock.unsafeCurrentTimeNanos(), exit)
  }

  /** Handles a decoded request and encodes the answer; at most once, where the request carries an idempotency key. */
  private respond(decoded: Decoded): Effect.Effect<Response, Problem> {
    const { idempotencyKey } = decoded
    if (idempotencyKey === undefined) return this.handle(decoded)
    const handled = Effect.suspend(() => this.handle(decoded))
    return atMostOnce(this.shared, this.exchange, this.found.operation, { ...decoded, idempotencyKey }, handled)
  }

  private handle(decoded: Decoded): Effect.Effect<Response, Problem> {
    const { operation } = this.found
    return Effect.map(operation.handle(decoded), (answer) =>
      HttpServerResponse.isServerResponse(answer)
        ? HttpServerResponse.setHeaders(answer, this.exchange.headers)
        : operation.encode(answer, localizedHeaders(this.exchange)))
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
