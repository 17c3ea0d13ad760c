import { HttpServerResponse } from "@effect/platform"
import { Schema } from "effect"
import type { IncomingMessage } from "node:http"
import * as Problem from "../../domain/Problem.ts"
import { negotiate, text } from "../../domain/Text.ts"
import * as ProblemResponse from "./ProblemResponse.ts"

/** 400: a request of HTTP/1.1 names its host (RFC 9112, 3.2). */
export class HostMissing extends Problem.define<HostMissing>()("HostMissing", 400, {}) {
  get problem(): Problem.Description {
    return {
      title: text("Hôte manquant", "Host missing"),
      detail: text("HTTP/1.1 exige un en-tête Host.", "HTTP/1.1 requires a Host header.")
    }
  }
}

/** 417: the request expects what the server does not know (RFC 9110, 10.1.1). */
export class ExpectationFailed
  extends Problem.define<ExpectationFailed>()("ExpectationFailed", 417, { received: Schema.String })
{
  get problem(): Problem.Description {
    return {
      title: text("Attente non satisfaite", "Expectation failed"),
      detail: text(
        `Expect: ${this.received} est inconnu ; seul 100-continue est compris.`,
        `Expect: ${this.received} is unknown; only 100-continue is understood.`
      )
    }
  }
}

const violation = ({ headers, httpVersion }: IncomingMessage): Problem.Problem | undefined => {
  if (httpVersion !== "1.1") return undefined
  if (headers.host === undefined) return new HostMissing()
  const { expect } = headers
  return expect === undefined || expect.toLowerCase() === "100-continue"
    ? undefined
    : new ExpectationFailed({ received: expect.slice(0, 100) })
}

/** A problem document, for a request that never reaches the contract. */
export const render = (problem: Problem.Problem, request: IncomingMessage): HttpServerResponse.HttpServerResponse => {
  const language = negotiate(request.headers["accept-language"])
  const path = request.url?.split("?", 1)[0] ?? "/"
  return HttpServerResponse.setHeaders(ProblemResponse.render(problem, { language, path, traceId: undefined }), {
    "content-language": language,
    vary: "accept-language",
    "x-content-type-options": "nosniff"
  })
}

/** The answer to what node's server would refuse with no body at all. */
export const refusal = (request: IncomingMessage): HttpServerResponse.HttpServerResponse | undefined => {
  const problem = violation(request)
  return problem && render(problem, request)
}
