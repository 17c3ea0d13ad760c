import { Cause, Duration, Effect, Exit, Option } from "effect"
import { AdaptiveLimit } from "./AdaptiveLimit.ts"
import { pauseAfter } from "./Backoff.ts"
import { Breaker } from "./Breaker.ts"
import * as FairSemaphore from "./FairSemaphore.ts"
import { hedged } from "./hedged.ts"
import { jitterOf } from "./jitter.ts"
import { monotonic, monotonicOf } from "./monotonic.ts"
import { type ConcurrencyLimit, largestConcurrency, type NamedPolicy, type Policy } from "./Policy.ts"
import * as PolicyCounters from "./PolicyCounters.ts"
import { policyObserver } from "./PolicyObserver.ts"
import type { PolicyFailure, PolicyRefused } from "./PolicyRefused.ts"
import * as PolicyRun from "./PolicyRun.ts"
import { RateLimit } from "./RateLimit.ts"
import { refuse } from "./refuse.ts"
import { RetryBudget } from "./RetryBudget.ts"
import { limitOf } from "./TimedRegion.ts"
import type { Operation } from "./TimeLeft.ts"
import { isTransient } from "./Transient.ts"

/** Sees each failed attempt, before the pause that follows. */
type Hook<E> = PolicyRun.Hook<E | PolicyFailure>

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

/** The state of a policy. */
interface State {
  readonly named: NamedPolicy
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

const stateOf = (named: NamedPolicy): Effect.Effect<State> => {
  const { name, policy } = named
  const { limit = largestConcurrency, maxWait, order, queue } = concurrencyOf(policy) ?? {}
  const adaptive = typeof limit === "number" ? undefined : new AdaptiveLimit(limit)
  const permits = typeof limit === "number" ? limit : limit.initial
  const budget = policy.retry?.budget ?? policy.hedge?.budget
  const counters = PolicyCounters.make()
  return Effect.map(
    FairSemaphore.make(permits, {
      policy: name,
      queue,
      maxWait,
      newestFirst: order === "lifo",
      refuse: (reason) => refuse(named, counters, reason)
    }),
    (parties) => ({
      named,
      counters,
      parties,
      breaker: policy.breaker && new Breaker(policy.breaker),
      budget: budget && new RetryBudget(budget),
      rateLimit: policy.rateLimit && new RateLimit(policy.rateLimit),
      adaptive
    })
  )
}

/** The plan of an operation: its whole time and its attempts. */
const planOf = (
  { attemptTimeout, retry, timeout }: Policy,
  { breaker, budget, counters, named }: State
): PolicyRun.Plan => ({
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
const wholeOf = (plan: PolicyRun.Plan): PolicyRun.Plan => ({
  ...plan,
  attemptTimeout: undefined,
  breaker: undefined,
  attemptCounters: uncounted,
  reportsAttempts: false
})

/** The plan of one copy of a hedged attempt. */
const copyOf = (plan: PolicyRun.Plan): PolicyRun.Plan => ({
  ...plan,
  timeout: undefined,
  budget: undefined,
  counters: uncounted
})

/** Decides whether a further copy may start: not while the breaker is open, and only as the budget allows. */
const mayHedge = ({ breaker, budget, counters, named }: State): Effect.Effect<boolean> =>
  Effect.withFiberRuntime((fiber) => {
    if (breaker?.state(monotonicOf(fiber)) === "open") return Effect.succeed(false)
    if (budget?.take() === false) {
      counters.budgetSpent++
      fiber.getFiberRef(policyObserver)?.budgetSpent(fiber.id(), named)
      return Effect.succeed(false)
    }
    counters.hedges++
    return Effect.succeed(true)
  })

/** Reports that the calling fiber begins a further copy. */
const reported = (copy: number, { named }: State) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  copy === 1 ? effect : Effect.withFiberRuntime<A, E, R>((fiber) => {
    fiber.getFiberRef(policyObserver)?.hedged(fiber.id(), copy, named)
    return effect
  })

/** Waits for the rate limit's permit, or refuses. An interruption of the wait gives the permit back. */
const admitted = (rateLimit: RateLimit, { counters, named }: State): Effect.Effect<void, PolicyRefused> =>
  Effect.clockWith((clock) => {
    const { refused, wait } = rateLimit.take(monotonic(clock))
    if (refused) return refuse(named, counters, "rate limited", Duration.millis(Math.ceil(wait)))
    return wait === 0
      ? Effect.void
      : Effect.onInterrupt(Effect.sleep(Duration.millis(wait)), () => Effect.sync(() => rateLimit.giveBack()))
  })

/**
 * Tells the adaptive limit how an attempt went, and resizes the permits to it. An error that is not transient tells
 * nothing; an interruption only that the attempt was slow, once it had taken `slowerThan` or its whole timeout.
 */
const measured = (adaptive: AdaptiveLimit, parties: FairSemaphore.FairSemaphore, attemptTimeout: number) => {
  const slow = Math.min(adaptive.slowerThan, attemptTimeout)
  return <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.clockWith((clock) => {
      const began = monotonic(clock)
      return Effect.onExit(effect, (exit) =>
        Effect.sync(() => {
          const millis = monotonic(clock) - began
          const tells = Exit.isSuccess(exit) ||
            (Cause.isInterrupted(exit.cause)
              ? millis >= slow
              : Option.exists(Cause.failureOption(exit.cause), isTransient))
          if (!tells) return
          adaptive.ended(Exit.isSuccess(exit), millis, parties.usage().held)
          parties.resize(adaptive.limit)
        }))
    })
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
  Effect.map(stateOf({ name, policy }), (state) => interpreter(policy, state))

const interpreter = (policy: Policy, state: State): Interpreter => {
  const { adaptive, breaker, budget, counters, parties, rateLimit } = state
  const { attemptTimeout, hedge } = policy
  const plan = planOf(policy, state)
  const over = policy.concurrency === undefined ? "nothing" : concurrencyOf(policy)?.over ?? "operation"
  const measure = adaptive && measured(
    adaptive,
    parties,
    over === "attempt" && attemptTimeout !== undefined ? Duration.toMillis(attemptTimeout) : Infinity
  )
  const mayStart = mayHedge(state)
  /** Puts the timeouts, and the retry or the hedge, around an operation. */
  const attempts = <A, E, R>(
    operation: Operation<A, E | PolicyRefused, R>,
    hook?: Hook<E>
  ): Effect.Effect<A, E | PolicyFailure, R> =>
    hedge === undefined
      ? PolicyRun.run<A, E | PolicyRefused, R>(plan, operation, hook)
      : PolicyRun.run(wholeOf(plan), (time) =>
        hedged(hedge, mayStart)((copy) =>
          PolicyRun.run<A, E | PolicyRefused, R>(copyOf(plan), operation, hook, time).pipe(reported(copy, state))
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
    replacing: (parts) => interpreter({ ...policy, ...parts }, state),
    apply: (party = parties): Transformer => <A, E, R>(operation: Operation<A, E, R>, hook?: Hook<E>) => {
      const bounded = within(party)
      const eachBounded: Operation<A, E | PolicyRefused, R> = over !== "attempt"
        ? operation
        : Effect.isEffect(operation)
        ? bounded(operation)
        : (time) => bounded(operation(time))
      const tried = attempts(eachBounded, hook)
      const limited = over === "operation" ? bounded(tried) : tried
      return rateLimit === undefined ? limited : Effect.zipRight(admitted(rateLimit, state), limited)
    }
  }
}
