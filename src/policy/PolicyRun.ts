import { Cause, Duration, Effect, Either, Exit, Fiber, FiberRef, Option, RuntimeFlags } from "effect"
import type { Breaker, Pass, Verdict } from "./Breaker.ts"
import { type FailedAttempt, noteOnSpan } from "./FailedAttempt.ts"
import * as FiberInternals from "./FiberInternals.ts"
import type { Jitter } from "./jitter.ts"
import { monotonicOf } from "./monotonic.ts"
import type { NamedPolicy } from "./Policy.ts"
import type { PolicyCounters } from "./PolicyCounters.ts"
import { type PolicyObserver, policyObserver } from "./PolicyObserver.ts"
import { type PolicyFailure, PolicyRefused } from "./PolicyRefused.ts"
import { refuse } from "./refuse.ts"
import type { RetryBudget } from "./RetryBudget.ts"
import { type Limit, TimedRegion } from "./TimedRegion.ts"
import type { Operation, TimeLeft } from "./TimeLeft.ts"
import { timersOf } from "./Timers.ts"
import { isTransient, longestRetryAfter, retryAfterOf } from "./Transient.ts"

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
  readonly counters: PolicyCounters
  /** Counts attempts; another object than `counters` where an operation is hedged. */
  readonly attemptCounters: PolicyCounters
  /** False for the whole of a hedged operation, whose copies report attempts themselves. */
  readonly reportsAttempts: boolean
}

/** Sees each failed attempt before the pause that follows. */
export type Hook<E> = (failed: FailedAttempt<E>) => Effect.Effect<void>

/**
 * One operation under a policy. Its timers and its loop of attempts share one frame on the stack of the calling fiber.
 *
 * The frame is uninterruptible, and only `end` leaves it; a timer that outlived the frame would interrupt the caller
 * later. Foreign code (operation, hook, pause) therefore runs through `foreign`, as interruptible as the caller was.
 * Whatever the code throws comes back as an exit.
 */
class PolicyRun<A, E, R> implements TimeLeft {
  private readonly plan: Plan
  private readonly fiber: FiberInternals.AnyFiber
  private readonly interruptible: boolean
  private readonly operation: Operation<A, E, R>
  /** The time of the operation of which this is a copy. */
  private readonly outer: TimeLeft | undefined
  private readonly hook: Hook<E | PolicyFailure> | undefined
  private readonly whole: TimedRegion | undefined
  private readonly each: TimedRegion | undefined
  private readonly observer: PolicyObserver | undefined
  /** The number of the present attempt, from 1. */
  private attempt = 0
  /** The last pause, in milliseconds. */
  private paused = 0
  /** The pass of the present attempt through the breaker. */
  private pass: Pass | undefined
  /** True from the moment at which the budget gives a retry until the retry begins. */
  private holdsRetry = false

  constructor(
    plan: Plan,
    fiber: FiberInternals.AnyFiber,
    interruptible: boolean,
    operation: Operation<A, E, R>,
    hook: Hook<E | PolicyFailure> | undefined,
    outer: TimeLeft | undefined
  ) {
    this.plan = plan
    this.fiber = fiber
    this.interruptible = interruptible
    this.operation = operation
    this.hook = hook
    this.outer = outer
    this.observer = fiber.getFiberRef(policyObserver)
    this.whole = this.region(plan.timeout)
    this.each = this.region(plan.attemptTimeout)
  }

  /** Begins the operation, once the permit is held. */
  begin(): Effect.Effect<A, E | PolicyFailure, R> {
    const { attemptCounters, breaker, budget, counters, policy } = this.plan
    counters.operations++
    this.whole?.start()
    if (breaker !== undefined && !this.enterBreaker() && !breaker.onlyRetries) {
      const retryAfter = Duration.millis(Math.ceil(breaker.remaining(this.now())))
      return this.foreign(refuse(policy, attemptCounters, "breaker open", retryAfter), (exit) => this.end(exit))
    }
    budget?.onRequest()
    return this.tryIt()
  }

  get left(): number | undefined {
    const now = this.now()
    const all = [this.whole?.left(now), this.each?.left(now), this.outer?.left].filter((left) => left !== undefined)
    return all.length === 0 ? undefined : Math.max(0, Math.min(...all))
  }

  get isOver(): boolean {
    return this.whole?.timedOut === true || this.outer?.isOver === true
  }

  /** Asks the breaker for a pass; returns false if the breaker has none. */
  private enterBreaker(): boolean {
    const { breaker } = this.plan
    this.pass = breaker?.enter(this.now())
    return breaker === undefined || this.pass !== undefined
  }

  private tellBreaker(exit: Exit.Exit<A, E | PolicyFailure>): void {
    const { pass } = this
    if (pass === undefined) return
    this.pass = undefined
    const { breaker, policy } = this.plan
    if (breaker?.leave(pass, this.verdictOn(exit), this.now()) !== true) return
    this.observer?.breakerOpened(this.fiber.id(), breaker.openFor, policy)
  }

  /**
   * Judges an attempt for the breaker. An error that is not transient is an answer of an upstream in health; a timeout
   * of this policy is a failure. A refusal, or any other interruption, says nothing.
   */
  private verdictOn(exit: Exit.Exit<A, E | PolicyFailure>): Verdict {
    if (this.isOver) return "failure"
    if (Exit.isSuccess(exit)) return "success"
    if (this.isInterrupted()) return "unknown"
    const failure = Option.getOrUndefined(Cause.failureOption(exit.cause))
    if (failure === undefined || isTransient(failure)) return "failure"
    return failure instanceof PolicyRefused ? "unknown" : "success"
  }

  private now(): number {
    return monotonicOf(this.fiber)
  }

  private tryIt(): Effect.Effect<A, E | PolicyFailure, R> {
    this.attempt++
    this.holdsRetry = false
    this.plan.attemptCounters.attempts++
    if (this.plan.reportsAttempts) this.observer?.attempt(this.fiber.id(), this.attempt, this.plan.policy)
    this.each?.start()
    // an interruption that still awaits an uninterruptible caller must not reach into an attempt that begins later
    const shielded = this.each !== undefined && !FiberInternals.isFresh(this.fiber)
    const operation = this.attemptOf()
    return this.foreign(shielded ? inOwnFiber(operation) : operation, this.tried)
  }

  private attemptOf(): Effect.Effect<A, E, R> {
    const operation = Effect.isEffect(this.operation) ? this.operation : this.operation(this)
    return this.whole !== undefined || this.each !== undefined
      ? FiberInternals.keepingChildren(operation, this.fiber)
      : operation
  }

  private readonly tried = (exit: Exit.Exit<A, E>): Effect.Effect<A, E | PolicyFailure, R> =>
    this.each === undefined ? this.judge(exit) : this.each.end(exit, this.judge)

  private readonly judge = (exit: Exit.Exit<A, E | PolicyFailure>): Effect.Effect<A, E | PolicyFailure, R> => {
    if (this.each?.timedOut === true) this.plan.attemptCounters.attemptTimeouts++
    this.tellBreaker(exit)
    if (Exit.isSuccess(exit)) this.plan.budget?.onSuccess()
    if (Exit.isSuccess(exit) || this.isInterrupted()) return this.end(exit)
    const failure = Cause.failureOrCause(exit.cause)
    // only errors are retried, never defects or interruptions; as for `Effect.retry`, an error with a defect beside it
    // is a defect
    if (Either.isRight(failure) || (this.plan.retries && Cause.isDie(exit.cause))) return this.end(exit)
    if (!(failure.left instanceof PolicyRefused)) this.plan.attemptCounters.failures++
    return this.foreign(this.between(failure.left), (again) => {
      if (Exit.isFailure(again)) return this.end(Exit.failCause(again.cause))
      // an open breaker ends the attempts with the error of the last one
      return again.value && this.enterBreaker() ? this.tryAgain() : this.end(exit)
    })
  }

  /** Reports a failed attempt and pauses before the next one. Its value tells whether there is a next one. */
  private between(error: E | PolicyFailure): Effect.Effect<boolean> {
    return Effect.suspend(() => {
      const { jitter, pauseAfter } = this.plan
      const pause = pauseAfter(this.attempt)
      // drawn after the last attempt too, as Effect's Schedule does, so that a seed gives the same run as the plain
      // composition
      return jitter === undefined
        ? this.pause(error, pause)
        : Effect.flatMap(jitter(pause, this.paused), (drawn) => this.pause(error, drawn))
    })
  }

  private pause(error: E | PolicyFailure, drawn: number): Effect.Effect<boolean> {
    const { attempts, honoursRetryAfter, jitter, reportsAttempts } = this.plan
    const asked = honoursRetryAfter ? retryAfterOf(error) : 0
    // jitter comes on top, or all who were asked the same would return together
    const millis = jitter === undefined ? Math.max(drawn, asked) : asked + drawn
    this.paused = drawn
    const again = this.attempt < attempts && isTransient(error) && this.isWorthIt(millis, asked) && this.mayRetry()
    const pause = Duration.millis(millis)
    const failed = { attempt: this.attempt, error, delay: again ? Option.some(pause) : Option.none() }
    if (reportsAttempts) noteOnSpan(failed, this.fiber)
    if (again) this.observer?.pause(this.fiber.id(), millis)
    const paused = again && millis > 0 ? Effect.as(Effect.sleep(pause), again) : Effect.succeed(again)
    return this.hook === undefined ? paused : Effect.zipRight(this.hook(failed), paused)
  }

  /**
   * Tells whether an attempt could still run after the pause. A pause up to the timeout would make the caller wait for
   * the same failure, and hide its reason behind a timeout (the retries of Google's gax end the same way). A pause that
   * an open breaker outlasts is as idle.
   */
  private isWorthIt(millis: number, asked: number): boolean {
    const { breaker } = this.plan
    if (this.whole === undefined && asked > longestRetryAfter) return false
    if (this.whole === undefined && breaker === undefined) return true
    const now = this.now()
    return (this.whole === undefined || millis < this.whole.left(now)) &&
      (breaker === undefined || breaker.remaining(now) <= millis)
  }

  private mayRetry(): boolean {
    const { budget, counters, policy } = this.plan
    if (budget === undefined) return true
    this.holdsRetry = budget.take()
    if (this.holdsRetry) return true
    counters.budgetSpent++
    this.observer?.budgetSpent(this.fiber.id(), policy)
    return false
  }

  /** Ends fibers of the hook before the next attempt's timer may interrupt this fiber with all its children. */
  private tryAgain(): Effect.Effect<A, E | PolicyFailure, R> {
    const children = this.each === undefined ? [] : FiberInternals.childrenOf(this.fiber)
    return children.length === 0
      ? this.tryIt()
      : Effect.flatMap(Fiber.interruptAll(children), () => this.tryIt())
  }

  private end(exit: Exit.Exit<A, E | PolicyFailure>): Effect.Effect<A, E | PolicyFailure, R> {
    if (this.holdsRetry) this.plan.budget?.giveBack()
    this.holdsRetry = false
    return this.whole === undefined ? this.leave(exit) : this.whole.end(exit, this.leave)
  }

  /**
   * Leaves the frame. A remaining interruption is another's and wins over the exit, so that a failure cannot hide the
   * interruption.
   */
  private readonly leave = (
    exit: Exit.Exit<A, E | PolicyFailure>
  ): Effect.Effect<A, E | PolicyFailure> => {
    if (this.whole?.timedOut === true) this.plan.counters.timeouts++
    if (Exit.isSuccess(exit) || !this.isInterrupted()) return exit
    const interruption = this.fiber.getFiberRef(FiberRef.interruptedCause)
    return Effect.failCause(Option.match(Cause.keepDefects(exit.cause), {
      onNone: () => interruption,
      onSome: (defects) => Cause.sequential(defects, interruption)
    }))
  }

  private isInterrupted(): boolean {
    return this.interruptible && !Cause.isEmpty(this.fiber.getFiberRef(FiberRef.interruptedCause))
  }

  private foreign<B, E1, E2, R1>(
    effect: Effect.Effect<B, E1, R1>,
    then: (exit: Exit.Exit<B, E1>) => Effect.Effect<A, E2, R>
  ): Effect.Effect<A, E2, R | R1> {
    return Effect.matchCauseEffect(this.interruptible ? Effect.interruptible(effect) : effect, {
      onFailure: (cause) => then(Exit.failCause(cause)),
      onSuccess: (value) => then(Exit.succeed(value))
    })
  }

  private region(limit: Limit | undefined): TimedRegion | undefined {
    return limit && new TimedRegion(limit, this.fiber, timersOf(this.fiber), this.observer)
  }
}

/** Runs the effect in a fiber of its own. */
const inOwnFiber = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(
      Effect.fork(restore(effect)),
      (fiber) => Effect.onInterrupt(restore(Fiber.join(fiber)), () => Fiber.interrupt(fiber))
    )
  )

/** Runs an operation under a policy; as a copy of another, it has no more time than that one. */
export const run = <A, E, R>(
  plan: Plan,
  operation: Operation<A, E, R>,
  hook?: Hook<E | PolicyFailure>,
  outer?: TimeLeft
): Effect.Effect<A, E | PolicyFailure, R> => {
  const timed = plan.timeout !== undefined || plan.attemptTimeout !== undefined
  const running: Effect.Effect<A, E | PolicyFailure, R> = Effect.withFiberRuntime((fiber, { runtimeFlags }) => {
    // a timeout must interrupt the operation and no other work of the fiber
    if (timed && !FiberInternals.isFresh(fiber)) return inOwnFiber(running)
    const interruptible = RuntimeFlags.interruptible(runtimeFlags)
    return Effect.uninterruptible(
      Effect.suspend(() => new PolicyRun(plan, fiber, interruptible, operation, hook, outer).begin())
    )
  })
  return running
}
