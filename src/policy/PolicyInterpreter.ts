import { Duration, Effect } from "effect"
import { measured } from "./AdaptiveLimit.ts"
import type { Breaker } from "./Breaker.ts"
import type * as FairSemaphore from "./FairSemaphore.ts"
import { hedged, mayHedge, reported } from "./hedged.ts"
import { copyOf, planOf, wholeOf } from "./Plan.ts"
import { concurrencyOf, type Policy } from "./Policy.ts"
import type * as PolicyCounters from "./PolicyCounters.ts"
import type { PolicyFailure, PolicyRefused } from "./PolicyRefused.ts"
import * as PolicyRun from "./PolicyRun.ts"
import { admitted, type RateLimit } from "./RateLimit.ts"
import type * as Retries from "./Retries.ts"
import type { RetryBudget } from "./RetryBudget.ts"
import * as StatefulParts from "./StatefulParts.ts"
import type { Operation } from "./TimeLeft.ts"

/** Sees each failed attempt, before the pause that follows. */
type Hook<E> = Retries.Hook<E | PolicyFailure>

/**
 * Puts a policy around an operation, which may ask how much time it has left. The hook sees each failed attempt before
 * the pause that follows.
 */
export interface Transformer {
  <A, E, R>(
    operation: Operation<A, E, R>,
    onFailedAttempt?: Hook<E>
  ): Effect.Effect<A, E | PolicyFailure, R>
}

/** Parts that keep state for all operations of a name, and so cannot be replaced for some of them. */
type Shared = "concurrency" | "rateLimit" | "breaker"

/** Parts that may be replaced for some operations. */
export type Replaceable = Omit<Policy, Shared>

/** A policy at work, with the state that all its operations share. */
export interface Interpreter {
  /**
   * Returns the policy's transformer. Operations take permits from the party, or else each forms a party of its own.
   */
  readonly apply: (party?: FairSemaphore.Party) => Transformer
  /** The permits of the policy's concurrency; without a concurrency, as many as any policy can have. */
  readonly parties: FairSemaphore.FairSemaphore
  readonly counters: Readonly<PolicyCounters.PolicyCounters>
  readonly breaker: Breaker | undefined
  readonly budget: RetryBudget | undefined
  readonly rateLimit: RateLimit | undefined
  /** Returns the same policy with some parts replaced; its state stays shared. */
  readonly replacing: (parts: Replaceable) => Interpreter
}

/**
 * Turns a policy into a transformer of effects. Only this function defines the meaning of a policy's parts.
 *
 * The parts nest from the outside in: rate limit, concurrency, timeout, retry or hedge, breaker, attempt timeout (the
 * order of .NET's standard resilience handler), and a concurrency over attempts. The timeout covers the attempts and
 * their pauses, as the caller's whole patience with the operation. Waiting for a permit of operations counts into
 * neither timeout: an operation must not fail because of the queue before it. Such a permit is kept over the pauses, as
 * a retry must not add load to a saturated part; a permit of attempts is given back, and waiting for one is a part of
 * its attempt.
 *
 * A timeout interrupts the operation and waits for its cleanup. Only errors are retried, never defects or
 * interruptions, and no refusal of a part inside. What an operation took and does not use (a permit, a pass of the
 * breaker, a retry of the budget) it gives back, whatever ends it.
 */
export const make = (policy: Policy, name = "unnamed"): Effect.Effect<Interpreter> =>
  Effect.map(StatefulParts.make({ name, policy }), (parts) => interpreter(policy, parts))

const interpreter = (policy: Policy, stateful: StatefulParts.StatefulParts): Interpreter => {
  const { adaptive, breaker, budget, counters, named, parties, rateLimit } = stateful
  const { attemptTimeout, hedge } = policy
  const plan = planOf(policy, stateful)
  const over = policy.concurrency === undefined ? "nothing" : concurrencyOf(policy)?.over ?? "operation"
  const measure = adaptive && measured(
    adaptive,
    parties,
    over === "attempt" && attemptTimeout !== undefined ? Duration.toMillis(attemptTimeout) : Infinity
  )
  const mayStart = mayHedge(stateful)
  /** Puts the timeouts, and the retry or the hedge, around an operation. */
  const attempts = <A, E, R>(
    operation: Operation<A, E | PolicyRefused, R>,
    hook?: Hook<E>
  ): Effect.Effect<A, E | PolicyFailure, R> =>
    hedge === undefined
      ? PolicyRun.run<A, E | PolicyRefused, R>(plan, operation, hook)
      : PolicyRun.run(wholeOf(plan), (time) =>
        hedged(hedge, mayStart)((copy) =>
          PolicyRun.run<A, E | PolicyRefused, R>(copyOf(plan), operation, hook, time).pipe(reported(copy, named))
        ))
  /** Puts the permits of the concurrency around an operation or an attempt. */
  const within = (party: FairSemaphore.Party) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    party.withPermit(measure === undefined ? effect : measure(effect))
  return {
    parties,
    counters,
    breaker,
    budget,
    rateLimit,
    replacing: (parts) => interpreter({ ...policy, ...parts }, stateful),
    apply: (party = parties): Transformer => <A, E, R>(operation: Operation<A, E, R>, hook?: Hook<E>) => {
      const bounded = within(party)
      const eachBounded: Operation<A, E | PolicyRefused, R> = over !== "attempt"
        ? operation
        : Effect.isEffect(operation)
        ? bounded(operation)
        : (time) => bounded(operation(time))
      const tried = attempts(eachBounded, hook)
      const limited = over === "operation" ? bounded(tried) : tried
      return rateLimit === undefined ? limited : Effect.zipRight(admitted(rateLimit, named, counters), limited)
    }
  }
}
