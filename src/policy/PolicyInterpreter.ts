import { Duration, Effect } from "effect"
import { pauseAfter } from "./Backoff.ts"
import type { FailedAttempt } from "./FailedAttempt.ts"
import * as FairSemaphore from "./FairSemaphore.ts"
import { largestConcurrency, type Policy } from "./Policy.ts"
import * as PolicyCounters from "./PolicyCounters.ts"
import * as PolicyRun from "./PolicyRun.ts"
import type { PolicyTimeout } from "./PolicyTimeout.ts"

/** Puts a policy around an effect; the hook sees each failed attempt, before the pause that follows it. */
export interface Transformer {
  <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    onFailedAttempt?: (failed: FailedAttempt<E | PolicyTimeout>) => Effect.Effect<void>
  ): Effect.Effect<A, E | PolicyTimeout, R>
}

/** A policy at work, with the permits that all its operations share. */
export interface Interpreter {
  /**
   * The policy's transformer; its operations take their permits from the party, or else are each a party of their own.
   */
  readonly apply: (party?: FairSemaphore.Party) => Transformer
  /** The permits of the policy's concurrency; without one, as many as any policy can have. */
  readonly parties: FairSemaphore.FairSemaphore
  readonly counters: Readonly<PolicyCounters.PolicyCounters>
  /** The same policy with some parts replaced; shares the permits and the counters. */
  readonly replacing: (parts: Omit<Policy, "concurrency">) => Interpreter
}

const limitOf = (duration: Duration.Duration | undefined): PolicyRun.Limit | undefined =>
  duration && { duration, millis: Duration.toMillis(duration) }

const planOf = (
  { attemptTimeout, retry, timeout }: Policy,
  counters: PolicyCounters.PolicyCounters
): PolicyRun.Plan => ({
  timeout: limitOf(timeout),
  attemptTimeout: limitOf(attemptTimeout),
  retries: retry !== undefined,
  attempts: retry?.attempts ?? 1,
  pauseAfter: retry === undefined ? () => 0 : pauseAfter(retry.backoff),
  jitter: retry?.jitter === "full",
  counters
})

/**
 * Turns a policy into a transformer of effects: the one place that knows what the parts of a policy mean.
 *
 * From the outside in: concurrency, timeout, retry, attempt timeout. The timeout covers the attempts and the pauses
 * between them, as it is the caller's whole patience with the operation. Waiting for a permit counts into neither
 * timeout: they speak of how slow the operation may be, not of how many came before it, and an operation must not fail
 * for the queue of others. The permit is kept over the pauses: a retry must not add load to what is already saturated.
 * (The order of the standard handler of .NET's resilience extensions.)
 *
 * A timeout interrupts the operation and waits until it has been cleaned up. Only errors retry, never defects or
 * interruptions.
 */
export const make = (policy: Policy): Effect.Effect<Interpreter> =>
  Effect.map(
    FairSemaphore.make(policy.concurrency ?? largestConcurrency),
    (parties) => interpreter(policy, parties, PolicyCounters.make())
  )

const interpreter = (
  policy: Policy,
  parties: FairSemaphore.FairSemaphore,
  counters: PolicyCounters.PolicyCounters
): Interpreter => {
  const plan = planOf(policy, counters)
  return {
    parties,
    counters,
    replacing: (parts) => interpreter({ ...policy, ...parts }, parties, counters),
    apply: (party = parties): Transformer => (effect, onFailedAttempt) => {
      const operation = PolicyRun.run(plan, effect, onFailedAttempt)
      return policy.concurrency === undefined ? operation : party.withPermit(operation)
    }
  }
}
