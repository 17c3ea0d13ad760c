import { Predicate } from "effect"

/**
 * The mark of an error that may not come back when the operation is tried again: a lost connection, a 503, a timeout. Policies retry
 * these errors and no other; an error class takes part by a field or getter `transient`.
 */
export interface Transient {
  readonly transient: true
}

/** Whether an error says that it is transient. */
export const isTransient = (error: unknown): error is Transient =>
  Predicate.hasProperty(error, "transient") && error.transient === true
