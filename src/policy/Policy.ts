import { Duration, Schema } from "effect"
import { rule } from "../domain/Rule.ts"
import { DurationText } from "./DurationText.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const Timeout = DurationText.pipe(
  Schema.filter(
    (duration) => Duration.toMillis(duration) > 0,
    rule("doit être plus longue que 0", "must be longer than 0")
  )
)

const wholeNumber = (most: number) =>
  Schema.Int.pipe(
    Schema.between(1, most, rule(`doit être un entier de 1 à ${most}`, `must be a whole number from 1 to ${most}`))
  )

/**
 * The pause after the n-th failed attempt: `constant` base, `linear` base × n (the handbook's) or `exponential` base ×
 * factor^(n-1). The pause never exceeds `max`, or else 24 hours. The default factor is 2.
 */
export const Backoff = Schema.Union(
  Schema.Struct({ kind: Schema.Literal("constant"), base: DurationText }),
  Schema.Struct({ kind: Schema.Literal("linear"), base: DurationText, max: optional(DurationText) }),
  Schema.Struct({
    kind: Schema.Literal("exponential"),
    base: DurationText,
    factor: optional(
      Schema.Number.pipe(Schema.between(1, 10, rule("doit être un nombre de 1 à 10", "must be a number from 1 to 10")))
    ),
    max: optional(DurationText)
  })
)
export type Backoff = typeof Backoff.Type

/**
 * Repeats an operation after a transient error (see `Transient`), up to `attempts` in all, the first included. With
 * `full` jitter each pause is drawn evenly from 0 to its backoff, so that clients that failed together do not return
 * together.
 */
export const Retry = Schema.Struct({
  attempts: wholeNumber(20),
  backoff: Backoff,
  jitter: optional(Schema.Literal("none", "full"))
})
export type Retry = typeof Retry.Type

/** Bounds the operations that a policy can let run at once. */
export const largestConcurrency = 10_000

/**
 * A resilience policy as a plain value. `timeout` covers all attempts, `attemptTimeout` each one, `retry` repeats, and
 * `concurrency` bounds operations that run at once. An absent part does nothing; `PolicyInterpreter` defines the order
 * of the parts.
 */
export const Policy = Schema.Struct({
  timeout: optional(Timeout),
  attemptTimeout: optional(Timeout),
  retry: optional(Retry),
  concurrency: optional(wholeNumber(largestConcurrency))
}).annotations({
  identifier: "Policy",
  description: "A resilience policy: timeouts, retry, concurrency",
  // without this, a misspelt part would silently do nothing
  parseOptions: { onExcessProperty: "error" }
})
export type Policy = typeof Policy.Type

/** A policy with the name by which the configuration and the chapters know it. */
export const NamedPolicy = Schema.Struct({ name: Schema.String, policy: Policy }).annotations({
  identifier: "NamedPolicy"
})
export type NamedPolicy = typeof NamedPolicy.Type
