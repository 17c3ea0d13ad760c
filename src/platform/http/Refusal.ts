import type { HttpApp } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import type { Context } from "effect"
import type { Values } from "../../AppConfig.ts"
import { Overloaded, type Problem, Stopping, Unauthorized } from "../../domain/Problem.ts"
import type { Lifecycle } from "../lifecycle/Lifecycle.ts"
import * as BearerTokens from "./BearerTokens.ts"
import type { Exchange } from "./Exchange.ts"
import * as Provenance from "./Provenance.ts"

/** Documentation by path, without its trailing slash. */
export type Pages = Readonly<Record<string, HttpApp.Default>>

/** The page at a path, with or without its trailing slash. */
export const pageOf = (pages: Pages, path: string): HttpApp.Default | undefined => {
  const key = path.replace(/(.)\/$/, "$1")
  return Object.hasOwn(pages, key) ? pages[key] : undefined
}

/** What there is too much of, by what is full of it. */
const loads = {
  server: "requests",
  client: "requests of one client",
  connection: "requests on one connection"
} as const

/** Why a request is not even looked at. */
export const refusalOf = (config: Values, lifecycle: Context.Tag.Service<Lifecycle>, pages: Pages) => {
  const provenance = Provenance.checker(config)
  const authorized = BearerTokens.checker(config.apiTokens)
  return ({ path, request }: Exchange): Problem | undefined => {
    const { headers, method } = request
    const misplaced = provenance(request)
    if (misplaced !== undefined) return misplaced
    const isHealth = path.startsWith("/health/")
    if (lifecycle.isStopping() && !isHealth) return new Stopping({ retry_after: 5 })
    const full = lifecycle.full(NodeHttpServerRequest.toIncomingMessage(request))
    // whoever watches the server's health is not turned away for the load of others
    if (full !== undefined && (full === "connection" || !isHealth)) {
      return new Overloaded({ what: loads[full], retry_after: 1 })
    }
    const isAllowed = isHealth || method === "OPTIONS" || authorized(headers) ||
      pageOf(pages, path) !== undefined
    return isAllowed ? undefined : new Unauthorized()
  }
}
