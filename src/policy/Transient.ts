import { Predicate } from "effect"

/**
 * Marks an error that may not recur when the operation is tried again: a lost connection, a 503, a timeout. Policies
 * retry only these errors. An error class takes part by a field or getter `transient`.
 */
export interface Transient {
  readonly transient: true
}

/** Tells whether an error is transient. */
export const isTransient = (error: unknown): error is Transient =>
  Predicate.hasProperty(error, "transient") && error.transient === true
