import { Cause, Duration, Effect, Either, Exit, Fiber, FiberRef, Option, RuntimeFlags } from "effect"
import { BreakerPasses } from "./BreakerPasses.ts"
import * as FiberInternals from "./FiberInternals.ts"
import { monotonicOf } from "./monotonic.ts"
import type { Plan } from "./Plan.ts"
import { type PolicyObserver, policyObserver } from "./PolicyObserver.ts"
import { type PolicyFailure, PolicyRefused } from "./PolicyRefused.ts"
import { refuse } from "./refuse.ts"
import { type Hook, Retries } from "./Retries.ts"
import { type Limit, TimedRegion } from "./TimedRegion.ts"
import type { Operation, TimeLeft } from "./TimeLeft.ts"
import { timersOf } from "./Timers.ts"

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
  private readonly whole: TimedRegion | undefined
  private readonly each: TimedRegion | undefined
  private readonly observer: PolicyObserver | undefined
  private readonly passes: BreakerPasses | undefined
  private readonly retries: Retries<E | PolicyFailure>

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
    this.outer = outer
    this.observer = fiber.getFiberRef(policyObserver)
    this.whole = this.region(plan.timeout)
    this.each = this.region(plan.attemptTimeout)
    this.passes = plan.breaker && new BreakerPasses(plan.breaker, plan.policy, fiber, this.observer)
    this.retries = new Retries(plan, fiber, hook, this.whole, this.observer)
  }

  /** Begins the operation, once the permit is held. */
  begin(): Effect.Effect<A, E | PolicyFailure, R> {
    const { attemptCounters, breaker, budget, counters, policy } = this.plan
    counters.operations++
    this.whole?.start()
    if (breaker !== undefined && this.passes?.enter() === false && !breaker.onlyRetries) {
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

  private now(): number {
    return monotonicOf(this.fiber)
  }

  private tryIt(): Effect.Effect<A, E | PolicyFailure, R> {
    this.retries.begin()
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
    this.passes?.leave(exit, this)
    if (Exit.isSuccess(exit)) this.plan.budget?.onSuccess()
    if (Exit.isSuccess(exit) || this.isInterrupted) return this.end(exit)
    const failure = Cause.failureOrCause(exit.cause)
    // only errors are retried, never defects or interruptions; as for `Effect.retry`, an error with a defect beside it
    // is a defect
    if (Either.isRight(failure) || (this.plan.retries && Cause.isDie(exit.cause))) return this.end(exit)
    if (!(failure.left instanceof PolicyRefused)) this.plan.attemptCounters.failures++
    return this.foreign(this.retries.between(failure.left), (again) => {
      if (Exit.isFailure(again)) return this.end(Exit.failCause(again.cause))
      // an open breaker ends the attempts with the error of the last one
      return again.value && this.passes?.enter() !== false ? this.tryAgain() : this.end(exit)
    })
  }

  /** Ends fibers of the hook before the next attempt's timer may interrupt this fiber with all its children. */
  private tryAgain(): Effect.Effect<A, E | PolicyFailure, R> {
    const children = this.each === undefined ? [] : FiberInternals.childrenOf(this.fiber)
    return children.length === 0
      ? this.tryIt()
      : Effect.flatMap(Fiber.interruptAll(children), () => this.tryIt())
  }

  private end(exit: Exit.Exit<A, E | PolicyFailure>): Effect.Effect<A, E | PolicyFailure, R> {
    this.retries.giveBack()
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
    if (Exit.isSuccess(exit) || !this.isInterrupted) return exit
    const interruption = this.fiber.getFiberRef(FiberRef.interruptedCause)
    return Effect.failCause(Option.match(Cause.keepDefects(exit.cause), {
      onNone: () => interruption,
      onSome: (defects) => Cause.sequential(defects, interruption)
    }))
  }

  get isInterrupted(): boolean {
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
