import { type HttpApp, HttpServerError, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Cause, Context, Effect, Exit, Option } from "effect"
import type { Problem } from "../../../domain/Problem.ts"
import { toResponse } from "../exchange/Answer.ts"
import { Exchange, renderProblem } from "../exchange/Exchange.ts"
import * as Operations from "../operation/Operations.ts"
import type { Rules } from "../rules/Rules.ts"
import { CurrentExchange, isProblem } from "./Endpoints.ts"

/** True while a client waits for the answer. */
export type IsAwaited = (request: HttpServerRequest.HttpServerRequest) => boolean

const isUnmatched = (cause: Cause.Cause<unknown>): boolean =>
  Option.exists(Cause.failureOption(cause), (failure) => failure instanceof HttpServerError.RouteNotFound)

/** Turns failures other than problems into defects, such as an answer that its own schema rejects. */
const withProblems = (cause: Cause.Cause<unknown>): Cause.Cause<Problem> =>
  Cause.flatMap(cause, (failure) => (isProblem(failure) ? Cause.fail(failure) : Cause.die(failure)))

const answerUnmatched = ({ unmatched }: Rules, exchange: Exchange) => {
  const answer = unmatched(exchange)
  return Effect.map("effect" in answer ? answer.effect() : Effect.succeed(answer), toResponse)
}

/** Routes a request that has passed admission. */
const route = (app: HttpApp.Default, rules: Rules, exchange: Exchange): HttpApp.Default<Problem> => {
  const { request } = exchange
  const routed = request.modify({ url: Operations.withoutSemicolons(request.url) })
  return app.pipe(
    Effect.map((response) => HttpServerResponse.setHeaders(response, exchange.headers)),
    Effect.provide(
      Context.make(HttpServerRequest.HttpServerRequest, routed).pipe(Context.add(CurrentExchange, exchange))
    ),
    Effect.catchAllCause((cause) =>
      isUnmatched(cause)
        ? Effect.interruptible(answerUnmatched(rules, exchange))
        : Effect.failCause(withProblems(cause))
    )
  )
}

/**
 * Adds the parts that the library's app lacks: admission, problem documents for every failure, and the exchange of the
 * request. HttpApiBuilder gets the middleware, because it would otherwise encode failures itself. A middleware around
 * the server would be too late, as the answer is written by then.
 */
export const make = (rules: Rules, isAwaited: IsAwaited) => (app: HttpApp.Default): HttpApp.Default =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const { failures, spans } = rules
    const exchange = new Exchange(request)
    const refused = rules.refused(exchange)
    if (refused !== undefined) return Effect.succeed(renderProblem(exchange, refused))
    return Effect.map(Effect.exit(route(app, rules, exchange)), (exit) => {
      spans.end(exchange, exit)
      if (Exit.isSuccess(exit)) return exit.value
      if (isAwaited(request)) return failures.answer(exchange, exit.cause)
      failures.abandoned(exchange, exit.cause)
      return HttpServerResponse.empty()
    })
  })
