import { Duration, Effect, Option } from "effect"
import { type FailedAttempt, noteOnSpan } from "./FailedAttempt.ts"
import type { AnyFiber } from "./FiberInternals.ts"
import { monotonicOf } from "./monotonic.ts"
import type { Plan } from "./Plan.ts"
import type { PolicyObserver } from "./PolicyObserver.ts"
import type { TimedRegion } from "./TimedRegion.ts"
import { isTransient, longestRetryAfter, retryAfterOf } from "./Transient.ts"

/** Sees each failed attempt before the pause that follows. */
export type Hook<E> = (failed: FailedAttempt<E>) => Effect.Effect<void>

/** The attempts of one operation: their number, the pauses between them, and whether there is a next one. */
export class Retries<E> {
  private readonly plan: Plan
  private readonly fiber: AnyFiber
  private readonly hook: Hook<E> | undefined
  private readonly whole: TimedRegion | undefined
  private readonly observer: PolicyObserver | undefined
  /** The number of the present attempt, from 1. */
  private attempt = 0
  /** The last pause, in milliseconds. */
  private paused = 0
  /** True from the moment at which the budget gives a retry until the retry begins. */
  private holdsRetry = false

  /** `whole` is the region of the operation's timeout. */
  constructor(
    plan: Plan,
    fiber: AnyFiber,
    hook: Hook<E> | undefined,
    whole: TimedRegion | undefined,
    observer: PolicyObserver | undefined
  ) {
    this.plan = plan
    this.fiber = fiber
    this.hook = hook
    this.whole = whole
    this.observer = observer
  }

  /** Begins the next attempt. */
  begin(): void {
    const { attemptCounters, policy, reportsAttempts } = this.plan
    this.attempt++
    this.holdsRetry = false
    attemptCounters.attempts++
    if (reportsAttempts) this.observer?.attempt(this.fiber.id(), this.attempt, policy)
  }

  /** Gives back a retry that the budget gave and that did not begin. */
  giveBack(): void {
    if (this.holdsRetry) this.plan.budget?.giveBack()
    this.holdsRetry = false
  }

  /** Reports a failed attempt and pauses before the next one. Its value tells whether there is a next one. */
  between(error: E): Effect.Effect<boolean> {
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

  private pause(error: E, drawn: number): Effect.Effect<boolean> {
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
    const now = monotonicOf(this.fiber)
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
}
