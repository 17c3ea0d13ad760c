import { DateTime, Schema } from "effect"
import { Instant } from "../domain/Instant.ts"
import { NamedPolicy } from "./Policy.ts"
import type { Interpreter } from "./PolicyInterpreter.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const Count = Schema.Int.pipe(Schema.nonNegative())

/** The state that all operations of a policy share, at this moment. A part that the policy lacks is absent. */
export const PolicyState = Schema.Struct({
  permits: optional(Schema.Struct({
    limit: Schema.Int.annotations({
      description: "Operations or attempts that may run at once; an adaptive limit moves"
    }),
    held: Count,
    waiting: Count
  })),
  breaker: optional(Schema.Struct({
    state: Schema.Literal("closed", "open", "half-open"),
    until: Schema.NullOr(Instant).annotations({ description: "The end of its being open" }),
    opened: Count.annotations({ description: "Times that it opened since the start" })
  })),
  retry_budget: optional(Schema.Number.annotations({ description: "Retries or copies that could be made now" })),
  rate_permits: optional(Count.annotations({ description: "Operations that could begin now without a wait" }))
}).annotations({ identifier: "PolicyState", description: "The live state of a policy" })
export type PolicyState = typeof PolicyState.Type

/** A policy in force: its name, its value as the configuration takes it, and its state. */
export const PolicyInForce = Schema.Struct({ ...NamedPolicy.fields, state: PolicyState }).annotations({
  identifier: "PolicyInForce"
})
export type PolicyInForce = typeof PolicyInForce.Type

/** The moment for which a state is read. */
export interface Now {
  /** Milliseconds since the epoch, for people. */
  readonly wall: number
  /** Milliseconds of the clock that is never set back. */
  readonly monotonic: number
}

/** Reads the state of a policy. */
export const stateOf = (
  hasConcurrency: boolean,
  { breaker, budget, parties, rateLimit }: Interpreter,
  { monotonic, wall }: Now
): PolicyState => ({
  ...hasConcurrency && { permits: { limit: parties.permits, ...parties.usage() } },
  ...breaker !== undefined && {
    breaker: {
      state: breaker.state(monotonic),
      until: breaker.state(monotonic) === "open"
        ? DateTime.unsafeMake(Math.ceil(wall + breaker.remaining(monotonic)))
        : null,
      opened: breaker.opened
    }
  },
  ...budget !== undefined && { retry_budget: budget.balance },
  ...rateLimit !== undefined && { rate_permits: rateLimit.available(monotonic) }
})
