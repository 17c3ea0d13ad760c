import { Duration, Effect } from "effect"
import { pauseAfter } from "./Backoff.ts"
import type { FailedAttempt } from "./FailedAttempt.ts"
import * as FairSemaphore from "./FairSemaphore.ts"
import { largestConcurrency, type NamedPolicy, type Policy } from "./Policy.ts"
import * as PolicyCounters from "./PolicyCounters.ts"
import * as PolicyRun from "./PolicyRun.ts"
import type { PolicyTimeout } from "./PolicyTimeout.ts"
import type { Limit } from "./TimedRegion.ts"

/** Puts a policy around an effect. The hook sees each failed attempt before the pause that follows. */
export interface Transformer {
  <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    onFailedAttempt?: (failed: FailedAttempt<E | PolicyTimeout>) => Effect.Effect<void>
  ): Effect.Effect<A, E | PolicyTimeout, R>
}

/** A policy at work, with the permits that all its operations share. */
export interface Interpreter {
  /**
   * Returns the policy's transformer. Operations take permits from the party, or else each forms a party of its own.
   */
  readonly apply: (party?: FairSemaphore.Party) => Transformer
  /** The permits of the policy's concurrency; without a concurrency, as many as any policy can have. */
  readonly parties: FairSemaphore.FairSemaphore
  readonly counters: Readonly<PolicyCounters.PolicyCounters>
  /** Returns the same policy with some parts replaced; permits and counters stay shared. */
  readonly replacing: (parts: Omit<Policy, "concurrency">) => Interpreter
}

const limitOf = (duration: Duration.Duration | undefined): Limit | undefined =>
  duration && { duration, millis: Duration.toMillis(duration) }

const planOf = (
  policy: NamedPolicy,
  { attemptTimeout, retry, timeout }: Policy,
  counters: PolicyCounters.PolicyCounters
): PolicyRun.Plan => ({
  policy,
  timeout: limitOf(timeout),
  attemptTimeout: limitOf(attemptTimeout),
  retries: retry !== undefined,
  attempts: retry?.attempts ?? 1,
  pauseAfter: retry === undefined ? () => 0 : pauseAfter(retry.backoff),
  jitter: retry?.jitter === "full",
  counters
})

/**
 * Turns a policy into a transformer of effects. Only this function defines the meaning of a policy's parts.
 *
 * The parts nest from the outside in: concurrency, timeout, retry, attempt timeout (the order of .NET's standard
 * resilience handler). The timeout covers the attempts and their pauses, as the caller's whole patience with the
 * operation. Waiting for a permit counts into neither timeout: an operation must not fail because of the queue before
 * it. The permit is kept over the pauses, as a retry must not add load to a saturated part.
 *
 * A timeout interrupts the operation and waits for its cleanup. Only errors are retried, never defects or
 * interruptions.
 */
export const make = (policy: Policy, name = "unnamed"): Effect.Effect<Interpreter> =>
  Effect.map(
    FairSemaphore.make(policy.concurrency ?? largestConcurrency, name),
    (parties) => interpreter({ name, policy }, policy, parties, PolicyCounters.make())
  )

const interpreter = (
  named: NamedPolicy,
  policy: Policy,
  parties: FairSemaphore.FairSemaphore,
  counters: PolicyCounters.PolicyCounters
): Interpreter => {
  const plan = planOf(named, policy, counters)
  return {
    parties,
    counters,
    replacing: (parts) => interpreter(named, { ...policy, ...parts }, parties, counters),
    apply: (party = parties): Transformer => (effect, onFailedAttempt) => {
      const operation = PolicyRun.run(plan, effect, onFailedAttempt)
      return policy.concurrency === undefined ? operation : party.withPermit(operation)
    }
  }
}
