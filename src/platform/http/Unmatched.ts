import { HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Context, Effect, Exit } from "effect"
import { MethodNotAllowed, RouteNotFound } from "../../domain/Problem.ts"
import { type Exchange, renderProblem } from "./Exchange.ts"
import type { Failures } from "./Failures.ts"
import * as Preconditions from "./Preconditions.ts"
import { pageOf, type Pages } from "./Refusal.ts"
import type { Work } from "./RequestRunner.ts"
import type * as Router from "./Router.ts"

type Response = HttpServerResponse.HttpServerResponse

/** A documentation page, OPTIONS, or what is wrong with the path or the method. */
export const unmatchedAnswerer =
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
        (Preconditions.unmet(request) ?? page).pipe(
          Effect.map(HttpServerResponse.setHeaders(exchange.headers)),
          Effect.provideService(HttpServerRequest.HttpServerRequest, request)
        ),
      context: Context.empty(),
      answer: Exit.getOrElse((cause) => failures.answer(exchange, cause)),
      abandoned: Exit.match({ onFailure: (cause) => failures.abandoned(exchange, cause), onSuccess: () => undefined })
    }
  }
