import { type HttpApp, HttpServerError, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Cause, Context, Effect, Exit, Option } from "effect"
import type { Problem } from "../../../domain/Problem.ts"
import { Exchange, renderProblem } from "../Exchange.ts"
import * as Router from "../Router.ts"
import { endSpan, type Surroundings } from "../Surroundings.ts"
import { CurrentExchange, isProblem } from "./Endpoints.ts"

/** What becomes of a request that no operation handles, or not to the end. */
export interface Policy {
  readonly refusal: (exchange: Exchange) => Problem | undefined
  readonly unmatched: (exchange: Exchange) => Effect.Effect<HttpServerResponse.HttpServerResponse, Problem>
  readonly shared: Surroundings
  /** Whether there still is a client that waits for the answer. */
  readonly isAwaited: (request: HttpServerRequest.HttpServerRequest) => boolean
}

const isUnmatched = (cause: Cause.Cause<unknown>): boolean =>
  Option.exists(Cause.failureOption(cause), (failure) => failure instanceof HttpServerError.RouteNotFound)

/** What fails with anything but a problem is a defect of ours: an answer that its own schema refuses, for one. */
const withProblems = (cause: Cause.Cause<unknown>): Cause.Cause<Problem> =>
  Cause.flatMap(cause, (failure) => (isProblem(failure) ? Cause.fail(failure) : Cause.die(failure)))

/** Routes a request that is not refused. */
const route = (app: HttpApp.Default, { unmatched }: Policy, exchange: Exchange): HttpApp.Default<Problem> => {
  const { request } = exchange
  const routed = request.modify({ url: Router.withoutSemicolons(request.url) })
  return app.pipe(
    Effect.map((response) => HttpServerResponse.setHeaders(response, exchange.headers)),
    Effect.provide(
      Context.make(HttpServerRequest.HttpServerRequest, routed).pipe(Context.add(CurrentExchange, exchange))
    ),
    Effect.catchAllCause((cause) =>
      isUnmatched(cause) ? Effect.interruptible(unmatched(exchange)) : Effect.failCause(withProblems(cause))
    )
  )
}

/**
 * What the library's app lacks: refusals, problem documents for every failure, from every layer, and the exchange of the request. It goes
 * into HttpApiBuilder, which would encode failures as they are, and not around its server, where the answer is written already.
 */
export const make = (policy: Policy) => (app: HttpApp.Default): HttpApp.Default =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const { isAwaited, refusal, shared } = policy
    const exchange = new Exchange(request)
    const refused = refusal(exchange)
    if (refused !== undefined) return Effect.succeed(renderProblem(exchange, refused))
    return Effect.map(Effect.exit(route(app, policy, exchange)), (exit) => {
      if (exchange.span !== undefined) endSpan(shared, exchange.span, exit)
      if (Exit.isSuccess(exit)) return exit.value
      if (isAwaited(request)) return shared.failures.answer(exchange, exit.cause)
      shared.failures.abandoned(exchange, exit.cause)
      return HttpServerResponse.empty()
    })
  })
