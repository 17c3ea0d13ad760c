import { Duration, Schema } from "effect"
import { numberBetween, wholeNumber } from "../domain/Numbers.ts"
import { rule } from "../domain/Rule.ts"
import { DurationText } from "./DurationText.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const Timeout = DurationText.pipe(
  Schema.filter(
    (duration) => Duration.toMillis(duration) > 0,
    rule("doit être plus longue que 0", "must be longer than 0")
  )
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
    factor: optional(numberBetween(1, 10)),
    max: optional(DurationText)
  })
)
export type Backoff = typeof Backoff.Type

/**
 * Bounds retries to a share of the requests, or of the successes; requests if absent. `burst` is the balance at the
 * start, and the greatest one; 10 if absent.
 */
export const RetryBudget = Schema.Struct({
  ratio: numberBetween(0, 10),
  per: optional(Schema.Literal("request", "success")),
  burst: optional(numberBetween(0, 1_000_000))
})
export type RetryBudget = typeof RetryBudget.Type

/**
 * Repeats an operation after a transient error (see `Transient`), up to `attempts` in all, the first included.
 *
 * Jitter draws the pauses, so that clients that failed together do not return together (M. Brooker, "Exponential
 * Backoff and Jitter", 2015): `full` from 0 to the backoff, `equal` from half of it to the whole, `decorrelated` from
 * the base to three times the last pause. `honour`, the default, waits at least as long as the error's `retryAfter`;
 * what jitter draws comes on top, as all clients of an upstream are asked the same.
 *
 * The attempts end at once where no other could run: the pause takes all that is left of the policy's timeout,
 * or an open breaker outlasts the pause.
 */
export const Retry = Schema.Struct({
  attempts: wholeNumber(1, 20),
  backoff: Backoff,
  jitter: optional(Schema.Literal("none", "full", "equal", "decorrelated")),
  retryAfter: optional(Schema.Literal("honour", "ignore")),
  budget: optional(RetryBudget)
})
export type Retry = typeof Retry.Type

/** Starts further copies of a slow operation and takes the first success. Only for operations that may run twice. */
export const Hedge = Schema.Struct({
  after: Timeout,
  /** Copies beside the first; 1 if absent. */
  most: optional(wholeNumber(1, 10)),
  /** Bounds the copies, as that of a retry bounds retries. */
  budget: optional(RetryBudget)
})
export type Hedge = typeof Hedge.Type

/** Stops attempts for a time after so many consecutive failures. `retries` stops only those after the first. */
export const Breaker = Schema.Struct({
  failures: wholeNumber(1, 1_000),
  openFor: Timeout,
  /** Attempts at a time that try whether the upstream is back; 1 if absent. */
  probes: optional(wholeNumber(1, 100)),
  breaks: optional(Schema.Literal("all", "retries"))
})
export type Breaker = typeof Breaker.Type

/** A token bucket: so many operations per time, and bursts up to `burst`. Nobody waits longer than `maxWait`. */
export const RateLimit = Schema.Struct({
  permits: wholeNumber(1, 1_000_000),
  per: Timeout,
  burst: optional(wholeNumber(1, 1_000_000)),
  maxWait: optional(DurationText)
})
export type RateLimit = typeof RateLimit.Type

/** Bounds the operations that a policy can let run at once. */
export const largestConcurrency = 10_000

const Limit = wholeNumber(1, largestConcurrency)

/**
 * A limit that finds itself. Successes within `slowerThan` at the limit add 1 over a round of attempts; each failure or
 * slower success takes a tenth (additive increase, multiplicative decrease; the AIMD limit of Netflix'
 * concurrency-limits).
 */
export const AdaptiveLimit = Schema.Struct({
  adaptive: Schema.Literal("aimd"),
  initial: Limit,
  min: Limit,
  max: Limit,
  slowerThan: Timeout
}).pipe(
  Schema.filter(
    ({ initial, max, min }) => min <= initial && initial <= max ? undefined : { path: ["initial"], message: "" },
    rule("doit être entre min et max", "must lie between min and max")
  )
)
export type AdaptiveLimit = typeof AdaptiveLimit.Type

/**
 * Bounds what runs at once: whole operations, or with `over: "attempt"` single attempts, which give their permit back
 * over pauses. Beyond `queue` waiting ones, or after `maxWait`, an operation is refused. `lifo` serves the newest
 * first.
 */
export const ConcurrencyLimit = Schema.Struct({
  limit: Schema.Union(Limit, AdaptiveLimit),
  queue: optional(wholeNumber(0, 1_000_000)),
  maxWait: optional(DurationText),
  order: optional(Schema.Literal("fifo", "lifo")),
  over: optional(Schema.Literal("operation", "attempt"))
})
export type ConcurrencyLimit = typeof ConcurrencyLimit.Type

/**
 * A resilience policy as a plain value. `timeout` covers all attempts, `attemptTimeout` each one, `retry` repeats,
 * `hedge` doubles, `breaker` stops calling what fails, `rateLimit` bounds operations per time and `concurrency` those
 * that run at once. An absent part does nothing; `PolicyInterpreter` defines the order of the parts.
 */
export const Policy = Schema.Struct({
  timeout: optional(Timeout),
  attemptTimeout: optional(Timeout),
  retry: optional(Retry),
  hedge: optional(Hedge),
  breaker: optional(Breaker),
  rateLimit: optional(RateLimit),
  concurrency: optional(Schema.Union(Limit, ConcurrencyLimit))
}).annotations({
  identifier: "Policy",
  description: "A resilience policy: timeouts, retry or hedge, breaker, rate limit, concurrency",
  examples: [{ timeout: Duration.seconds(1) }],
  // without this, a misspelt part would silently do nothing
  parseOptions: { onExcessProperty: "error" }
}).pipe(
  Schema.filter(
    ({ hedge, retry }) => hedge === undefined || retry === undefined || { path: ["hedge"], message: "" },
    rule("ne peut être donné avec retry", "cannot stand beside retry")
  )
)
export type Policy = typeof Policy.Type

/** Returns the bounds of a policy's concurrency in their long form. */
export const concurrencyOf = ({ concurrency }: Policy): ConcurrencyLimit | undefined =>
  typeof concurrency === "number" ? { limit: concurrency } : concurrency

/** A policy with the name by which the configuration and the chapters know it. */
export const NamedPolicy = Schema.Struct({ name: Schema.String, policy: Policy }).annotations({
  identifier: "NamedPolicy"
})
export type NamedPolicy = typeof NamedPolicy.Type
