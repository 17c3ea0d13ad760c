import type { Refusal } from "./PolicyRefused.ts"
import type { PolicyInForce } from "./PolicyState.ts"

/**
 * Counts the work of one policy since the start of the process. The counters are plain numbers, so an attempt pays one
 * addition.
 */
export interface PolicyCounters {
  /** Operations begun, after the wait for their permit. */
  operations: number
  /** Attempts begun, the first of each operation included. */
  attempts: number
  /** Attempts that ended in an error, their timeouts included and refusals not. */
  failures: number
  /** Attempts that their `attemptTimeout` ended. */
  attemptTimeouts: number
  /** Operations that their `timeout` ended. */
  timeouts: number
  /** Operations, and attempts where they need a permit or a pass of their own, that a part refused. */
  readonly refused: Record<Refusal, number>
  /** Retries and copies that were not made because the budget had none. */
  budgetSpent: number
  /** Further copies of attempts that were started. */
  hedges: number
}

/** The figures of a named policy, and its state. */
export interface PolicyFigures extends Readonly<PolicyCounters>, PolicyInForce {}

export const make = (): PolicyCounters => ({
  operations: 0,
  attempts: 0,
  failures: 0,
  attemptTimeouts: 0,
  timeouts: 0,
  refused: { "queue full": 0, "waited too long": 0, "rate limited": 0, "breaker open": 0 },
  budgetSpent: 0,
  hedges: 0
})
