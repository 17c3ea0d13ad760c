import { Data, type Duration } from "effect"
import { format } from "./DurationText.ts"
import type { PolicyTimeout } from "./PolicyTimeout.ts"

/** The part of a policy that refused, and for what. */
export const refusals = ["queue full", "waited too long", "rate limited", "breaker open"] as const
export type Refusal = (typeof refusals)[number]

/**
 * A policy refused an operation before it began. `retryAfter` is the time after which it may be let through, where the
 * policy knows. The error is not transient: a policy inside must not wear out its attempts against one outside.
 */
export class PolicyRefused extends Data.TaggedError("PolicyRefused")<{
  readonly reason: Refusal
  readonly retryAfter: Duration.Duration | undefined
}> {
  override get message(): string {
    return this.retryAfter === undefined ? this.reason : `${this.reason}, for ${format(this.retryAfter)}`
  }
}

const refused = (reason: Refusal) => new PolicyRefused({ reason, retryAfter: undefined })

/** Refusals that know no time, each made once: an error takes microseconds to make, and refusals come under load. */
export const timeless: Readonly<Record<Refusal, PolicyRefused>> = {
  "queue full": refused("queue full"),
  "waited too long": refused("waited too long"),
  "rate limited": refused("rate limited"),
  "breaker open": refused("breaker open")
}

/** The errors that a policy adds to those of an operation. */
export type PolicyFailure = PolicyTimeout | PolicyRefused
