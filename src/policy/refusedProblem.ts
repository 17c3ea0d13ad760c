import { Duration } from "effect"
import { Overloaded, RateLimited } from "../domain/Problem.ts"
import { term } from "../domain/Term.ts"
import type { PolicyRefused } from "./PolicyRefused.ts"

const bounds = {
  "queue full": term("liste d'attente pleine", "queue full"),
  "waited too long": term("attente trop longue", "waited too long"),
  "breaker open": term("disjoncteur ouvert", "breaker open")
} as const

/** Seconds until the next try, where a policy does not know when it will let an operation through. */
const soon = 1

/** The problem of a refusal. */
export type RefusedProblem = Overloaded | RateLimited

/** Turns a policy's refusal into the problem for the client: 429 of a rate limit, else 503, both with Retry-After. */
export const refusedProblem = ({ reason, retryAfter }: PolicyRefused): RefusedProblem => {
  const retry_after = Math.max(soon, retryAfter === undefined ? soon : Math.ceil(Duration.toSeconds(retryAfter)))
  return reason === "rate limited"
    ? new RateLimited({ retry_after })
    : new Overloaded({ what: bounds[reason], retry_after })
}
