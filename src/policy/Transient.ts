import { Duration, Predicate } from "effect"

/**
 * Marks an error that may not recur when the operation is tried again: a lost connection, a 503, a timeout. Policies
 * retry only these errors. An error class takes part by a field or getter `transient`.
 */
export interface Transient {
  readonly transient: true
  /** The time that the upstream asks to wait before the next attempt (RFC 9110, 10.2.3). */
  readonly retryAfter?: Duration.Duration | undefined
}

/** Tells whether an error is transient. */
export const isTransient = (error: unknown): error is Transient =>
  Predicate.hasProperty(error, "transient") && error.transient === true

/**
 * The longest wait, in milliseconds, that an upstream may ask of a policy without a timeout. Beyond, the attempts end:
 * to try sooner is against the upstream's word, and it must not hold a caller and its permit for hours.
 */
export const longestRetryAfter = 60_000

/** Returns the milliseconds that an error asks to wait before the next attempt; 0 for most. */
export const retryAfterOf = (error: unknown): number =>
  isTransient(error) && error.retryAfter !== undefined ? Duration.toMillis(error.retryAfter) : 0
