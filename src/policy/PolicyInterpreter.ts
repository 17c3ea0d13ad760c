import { Cause, Duration, Effect, Exit, Option } from "effect"
import { AdaptiveLimit } from "./AdaptiveLimit.ts"
import { pauseAfter } from "./Backoff.ts"
import { Breaker } from "./Breaker.ts"
import * as FairSemaphore from "./FairSemaphore.ts"
import { hedged } from "./hedged.ts"
import { jitterOf } from "./jitter.ts"
import { type ConcurrencyLimit, largestConcurrency, type NamedPolicy, type Policy } from "./Policy.ts"
import * as PolicyCounters from "./PolicyCounters.ts"
import { type PolicyFailure, PolicyRefused } from "./PolicyRefused.ts"
import * as PolicyRun from "./PolicyRun.ts"
import { RateLimit } from "./RateLimit.ts"
import { RetryBudget } from "./RetryBudget.ts"
import type { Limit } from "./TimedRegion.ts"
import { isTransient } from "./Transient.ts"

/** Sees each failed attempt, before the pause that follows. */
type Hook<E> = PolicyRun.Hook<E | PolicyFailure>

/** Puts a policy around an effect. The hook sees each failed attempt before the pause that follows. */
export interface Transformer {
  <A, E, R>(effect: Effect.Effect<A, E, R>, onFailedAttempt?: Hook<E>): Effect.Effect<A, E | PolicyFailure, R>
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

/** The state of a policy. */
interface State {
  readonly counters: PolicyCounters.PolicyCounters
  readonly parties: FairSemaphore.FairSemaphore
  readonly breaker: Breaker | undefined
  readonly budget: RetryBudget | undefined
  readonly rateLimit: RateLimit | undefined
  readonly adaptive: AdaptiveLimit | undefined
}

/** Returns the bounds of a policy's concurrency in their long form. */
export const concurrencyOf = ({ concurrency }: Policy): ConcurrencyLimit | undefined =>
  typeof concurrency === "number" ? { limit: concurrency } : concurrency

const stateOf = (policy: Policy, name: string): Effect.Effect<State> => {
  const { limit = largestConcurrency, maxWait, order, queue } = concurrencyOf(policy) ?? {}
  const adaptive = typeof limit === "number" ? undefined : new AdaptiveLimit(limit)
  const permits = typeof limit === "number" ? limit : limit.initial
  const counters = PolicyCounters.make()
  const onRefusal = () => void counters.refused++
  return Effect.map(
    FairSemaphore.make(permits, { policy: name, queue, maxWait, newestFirst: order === "lifo", onRefusal }),
    (parties) => ({
      counters,
      parties,
      breaker: policy.breaker && new Breaker(policy.breaker),
      budget: policy.retry?.budget && new RetryBudget(policy.retry.budget),
      rateLimit: policy.rateLimit && new RateLimit(policy.rateLimit),
      adaptive
    })
  )
}

const limitOf = (duration: Duration.Duration | undefined): Limit | undefined =>
  duration && { duration, millis: Duration.toMillis(duration) }

/** The plan of an operation: its whole time and its attempts. */
const planOf = (
  policy: NamedPolicy,
  { attemptTimeout, retry, timeout }: Policy,
  { breaker, budget, counters }: State
): PolicyRun.Plan => ({
  policy,
  timeout: limitOf(timeout),
  attemptTimeout: limitOf(attemptTimeout),
  retries: retry !== undefined,
  attempts: retry?.attempts ?? 1,
  pauseAfter: retry === undefined ? () => 0 : pauseAfter(retry.backoff),
  jitter: retry && jitterOf(retry),
  honoursRetryAfter: retry?.retryAfter !== "ignore",
  budget,
  breaker,
  counters,
  attemptCounters: counters
})

/** Counts of the half of a hedged operation that the other half counts. */
const uncounted = PolicyCounters.make()

/** The plan of a hedged operation: its whole time alone. */
const wholeOf = (plan: PolicyRun.Plan): PolicyRun.Plan => ({
  ...plan,
  attemptTimeout: undefined,
  breaker: undefined,
  attemptCounters: uncounted
})

/** The plan of one copy of a hedged attempt. */
const copyOf = (plan: PolicyRun.Plan): PolicyRun.Plan => ({
  ...plan,
  timeout: undefined,
  budget: undefined,
  counters: uncounted
})

/** Lets copies start as the budget allows, and counts them. */
const mayHedge = ({ budget, counters }: State) => (): boolean => {
  if (budget?.take() === false) {
    counters.budgetSpent++
    return false
  }
  counters.hedges++
  return true
}

/** Waits for the rate limit's permit, or refuses. */
const admitted = (rateLimit: RateLimit, counters: PolicyCounters.PolicyCounters): Effect.Effect<void, PolicyRefused> =>
  Effect.clockWith((clock) => {
    const { refused, wait } = rateLimit.take(clock.unsafeCurrentTimeMillis())
    if (!refused) {
      return wait === 0
        ? Effect.void
        : Effect.onInterrupt(Effect.sleep(Duration.millis(wait)), () => Effect.sync(() => rateLimit.giveBack()))
    }
    counters.refused++
    return new PolicyRefused({ reason: "rate limited", retryAfter: Duration.millis(Math.ceil(wait)) })
  })

/** Tells the adaptive limit how an attempt went, and resizes the permits to it. An interruption tells nothing. */
const measured =
  (adaptive: AdaptiveLimit, parties: FairSemaphore.FairSemaphore) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.clockWith((clock) => {
      const began = clock.unsafeCurrentTimeMillis()
      return Effect.onExit(effect, (exit) =>
        Effect.sync(() => {
          if (Exit.isFailure(exit) && !Option.exists(Cause.failureOption(exit.cause), isTransient)) return
          adaptive.ended(Exit.isSuccess(exit), clock.unsafeCurrentTimeMillis() - began, parties.usage().held)
          parties.resize(adaptive.limit)
        }))
    })

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
 * interruptions, and no refusal of a part inside.
 */
export const make = (policy: Policy, name = "unnamed"): Effect.Effect<Interpreter> =>
  Effect.map(stateOf(policy, name), (state) => interpreter({ name, policy }, policy, state))

const interpreter = (named: NamedPolicy, policy: Policy, state: State): Interpreter => {
  const { adaptive, breaker, budget, counters, parties, rateLimit } = state
  const { hedge } = policy
  const plan = planOf(named, policy, state)
  const over = policy.concurrency === undefined ? "nothing" : concurrencyOf(policy)?.over ?? "operation"
  /** Puts the timeouts, and the retry or the hedge, around an effect. */
  const attempts = <A, E, R>(
    effect: Effect.Effect<A, E | PolicyRefused, R>,
    hook?: Hook<E>
  ): Effect.Effect<A, E | PolicyFailure, R> =>
    hedge === undefined
      ? PolicyRun.run<A, E | PolicyRefused, R>(plan, effect, hook)
      : PolicyRun.run(
        wholeOf(plan),
        hedged(hedge, mayHedge(state))(PolicyRun.run<A, E | PolicyRefused, R>(copyOf(plan), effect, hook))
      )
  /** Puts the permits of the concurrency around an operation or an attempt. */
  const within = (party: FairSemaphore.Party) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    party.withPermit(adaptive === undefined ? effect : measured(adaptive, parties)(effect))
  return {
    parties,
    counters,
    breaker,
    budget,
    rateLimit,
    replacing: (parts) => interpreter(named, { ...policy, ...parts }, state),
    apply: (party = parties): Transformer => <A, E, R>(effect: Effect.Effect<A, E, R>, hook?: Hook<E>) => {
      const bounded = within(party)
      const operation = attempts(over === "attempt" ? bounded(effect) : effect, hook)
      const limited = over === "operation" ? bounded(operation) : operation
      return rateLimit === undefined ? limited : Effect.zipRight(admitted(rateLimit, counters), limited)
    }
  }
}
