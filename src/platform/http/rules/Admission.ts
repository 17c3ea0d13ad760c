import type { HttpApp } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import type { Context } from "effect"
import type { Values } from "../../../AppConfig.ts"
import { InvalidInput, Overloaded, type Problem, Stopping, Unauthorized } from "../../../domain/Problem.ts"
import { term } from "../../../domain/Term.ts"
import { text } from "../../../domain/Text.ts"
import type { Lifecycle } from "../../lifecycle/Lifecycle.ts"
import * as BearerTokens from "../exchange/BearerTokens.ts"
import type { Exchange } from "../exchange/Exchange.ts"
import { isHealth } from "../exchange/target.ts"
import * as Provenance from "./Provenance.ts"

/** A page, which is no operation of the contract and needs no token. It judges the conditions of its request. */
type Page = HttpApp.Default<Problem>

/** Pages by path, without the trailing slash. A path that ends in `/*` stands for all files of a folder. */
export type Pages = Readonly<Record<string, Page>>

/** Finds the page at a path, with or without its trailing slash. */
export const pageOf = (pages: Pages, path: string): Page | undefined => {
  const key = path.replace(/(.)\/$/, "$1")
  return [key, key.replace(/[^/]*$/, "*")].flatMap((name) => Object.hasOwn(pages, name) ? pages[name] ?? [] : [])[0]
}

/** Nouns for the excess, by the bound that is reached. */
const loads = {
  server: term("requêtes en cours", "requests"),
  client: term("requêtes en cours d'un même client", "requests of one client"),
  connection: term("requêtes en attente sur une même connexion", "requests on one connection")
} as const

/** Limit of query parameters. No operation takes a tenth as many, and thousands of them take milliseconds to parse. */
const mostParameters = 100

/** Length of the shortest URL that can exceed the limit. */
const leastCrowded = 2 * mostParameters

const isCrowded = (url: string): boolean => {
  if (url.length <= leastCrowded) return false
  let parameters = 1
  for (let at = url.indexOf("&"); at >= 0; at = url.indexOf("&", at + 1)) parameters++
  return parameters > mostParameters
}

const crowded = InvalidInput.of(
  ["query"],
  text(`doit avoir au plus ${mostParameters} paramètres`, `must have at most ${mostParameters} parameters`),
  "too_long"
)

/**
 * Makes the check before routing: origin, state of the server, load, tokens and number of parameters, in this order.
 */
export const admission = (config: Values, lifecycle: Context.Tag.Service<Lifecycle>, pages: Pages) => {
  const provenance = Provenance.checker(config)
  const authorized = BearerTokens.checker(config.apiTokens)
  return ({ path, request }: Exchange): Problem | undefined => {
    const { headers, method } = request
    const misplaced = provenance(request)
    if (misplaced !== undefined) return misplaced
    const isCheck = isHealth(path)
    if (lifecycle.isStopping() && !isCheck) return new Stopping({ retry_after: 5 })
    const full = lifecycle.full(NodeHttpServerRequest.toIncomingMessage(request))
    // A health check is not rejected for the load that other clients cause.
    if (full !== undefined && (full === "connection" || !isCheck)) {
      return new Overloaded({ what: loads[full], retry_after: 1 })
    }
    const isAllowed = isCheck || method === "OPTIONS" || authorized(headers) ||
      pageOf(pages, path) !== undefined
    if (!isAllowed) return new Unauthorized()
    return isCrowded(request.url) ? crowded : undefined
  }
}
