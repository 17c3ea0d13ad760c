import { pauseAfter } from "./Backoff.ts"
import type { Breaker } from "./Breaker.ts"
import { type Jitter, jitterOf } from "./jitter.ts"
import type { NamedPolicy, Policy } from "./Policy.ts"
import * as PolicyCounters from "./PolicyCounters.ts"
import type { RetryBudget } from "./RetryBudget.ts"
import type { StatefulParts } from "./StatefulParts.ts"
import { type Limit, limitOf } from "./TimedRegion.ts"

/** A policy prepared once for all its operations. Its concurrency is applied outside. */
export interface Plan {
  /** The policy as it is configured; an operation may have replaced parts of it. */
  readonly policy: NamedPolicy
  readonly timeout: Limit | undefined
  readonly attemptTimeout: Limit | undefined
  readonly retries: boolean
  /** The limit on attempts, the first included. */
  readonly attempts: number
  /** Computes the pause after the n-th failed attempt, before jitter, in milliseconds. */
  readonly pauseAfter: (attempt: number) => number
  readonly jitter: Jitter | undefined
  readonly honoursRetryAfter: boolean
  readonly budget: RetryBudget | undefined
  readonly breaker: Breaker | undefined
  readonly counters: PolicyCounters.PolicyCounters
  /** Counts attempts; another object than `counters` where an operation is hedged. */
  readonly attemptCounters: PolicyCounters.PolicyCounters
  /** False for the whole of a hedged operation, whose copies report attempts themselves. */
  readonly reportsAttempts: boolean
}

/** The plan of an operation: its whole time and its attempts. */
export const planOf = (
  { attemptTimeout, retry, timeout }: Policy,
  { breaker, budget, counters, named }: StatefulParts
): Plan => ({
  policy: named,
  timeout: timeout && limitOf(timeout),
  attemptTimeout: attemptTimeout && limitOf(attemptTimeout),
  retries: retry !== undefined,
  attempts: retry?.attempts ?? 1,
  pauseAfter: retry === undefined ? () => 0 : pauseAfter(retry.backoff),
  jitter: retry && jitterOf(retry),
  honoursRetryAfter: retry?.retryAfter !== "ignore",
  budget,
  breaker,
  counters,
  attemptCounters: counters,
  reportsAttempts: true
})

/** Counts of the half of a hedged operation that the other half counts. */
const uncounted = PolicyCounters.make()

/** The plan of a hedged operation: its whole time alone. */
export const wholeOf = (plan: Plan): Plan => ({
  ...plan,
  attemptTimeout: undefined,
  breaker: undefined,
  attemptCounters: uncounted,
  reportsAttempts: false
})

/** The plan of one copy of a hedged attempt. */
export const copyOf = (plan: Plan): Plan => ({
  ...plan,
  timeout: undefined,
  budget: undefined,
  counters: uncounted
})
