import { HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Context, Effect, Exit } from "effect"
import { MethodNotAllowed, RouteNotFound } from "../../../domain/Problem.ts"
import type { Work } from "../exchange/App.ts"
import { type Exchange, renderProblem } from "../exchange/Exchange.ts"
import type * as Operations from "../operation/Operations.ts"
import { pageOf, type Pages } from "./Admission.ts"
import type { Failures } from "./Failures.ts"

type Response = HttpServerResponse.HttpServerResponse

/**
 * Answers requests that match no operation: pages, OPTIONS, an unknown path (404) and an unknown method (405).
 */
export const unmatched =
  (operations: Operations.Operations, pages: Pages, failures: Failures) => (exchange: Exchange): Response | Work => {
    const { path, request } = exchange
    if (request.method === "OPTIONS" && path === "/*") return HttpServerResponse.empty({ status: 204 })
    const page = pageOf(pages, path)
    const allow = page === undefined ? operations.allowed(request.url) : ["GET", "HEAD", "OPTIONS"]
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
