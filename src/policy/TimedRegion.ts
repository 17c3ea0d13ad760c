import { Cause, Duration, Effect, Exit, Fiber, FiberId, FiberRef, FiberRefs } from "effect"
import * as FiberInternals from "./FiberInternals.ts"
import { monotonicOf } from "./monotonic.ts"
import type { PolicyObserver } from "./PolicyObserver.ts"
import { PolicyTimeout } from "./PolicyTimeout.ts"
import { type After, never } from "./Timers.ts"

/** A timeout of a policy, ready for its timer. */
export interface Limit {
  readonly millis: number
  /** The error of everyone whose time ran out, made once: an error takes microseconds to make. */
  readonly passed: PolicyTimeout
}

/** Prepares a timeout. */
export const limitOf = (duration: Duration.Duration): Limit => ({
  millis: Duration.toMillis(duration),
  passed: new PolicyTimeout({ after: duration })
})

/**
 * A part of a fiber's work that a timer can interrupt without a fiber of its own. The timer interrupts the calling
 * fiber, and the end of the region takes that interruption back. As with a fiber, forked children end with the region,
 * and a failure restores the FiberRefs.
 *
 * Call `start` and `end` in the same uninterruptible frame of a fiber without children (see `FiberInternals.isFresh`).
 */
export class TimedRegion {
  private readonly limit: Limit
  private readonly fiber: FiberInternals.AnyFiber
  private readonly after: After
  private readonly observer: PolicyObserver | undefined
  private cancel = never
  private interruptor: FiberId.Runtime | undefined
  private refs = FiberRefs.empty()
  /** The time of its end by the monotonic clock, in milliseconds. */
  private until = 0

  constructor(limit: Limit, fiber: FiberInternals.AnyFiber, after: After, observer?: PolicyObserver) {
    this.limit = limit
    this.fiber = fiber
    this.after = after
    this.observer = observer
  }

  /** Begins the region, for the first time or again. */
  start(): void {
    this.interruptor = undefined
    this.refs = this.fiber.getFiberRefs()
    this.until = monotonicOf(this.fiber) + this.limit.millis
    this.cancel = this.after(this.limit.millis, this.interrupt)
  }

  /** The milliseconds that it has left. */
  left(now: number): number {
    return this.until - now
  }

  /** Tells whether the time ran out before the end, whatever the exit was. */
  get timedOut(): boolean {
    return this.interruptor !== undefined
  }

  /** Ends the region and continues with its exit, or with a `PolicyTimeout` in its place. */
  end<A, E, B, E1, R>(
    exit: Exit.Exit<A, E | PolicyTimeout>,
    then: (exit: Exit.Exit<A, E | PolicyTimeout>) => Effect.Effect<B, E1, R>
  ): Effect.Effect<B, E1, R> {
    const children = FiberInternals.childrenOf(this.fiber)
    // the timer runs on: slow cleanup of children counts into the time
    if (children.length > 0) return Effect.flatMap(Fiber.interruptAll(children), () => this.end(exit, then))
    this.cancel()
    if (this.interruptor !== undefined) this.observer?.ended(this.fiber.id(), this.interruptor)
    if (!this.timedOut && Exit.isSuccess(exit)) return then(exit)
    const outcome = this.timedOut ? Exit.fail(this.limit.passed) : exit
    return Effect.flatMap(Effect.updateFiberRefs(this.restored), () => then(outcome))
  }

  private readonly interrupt = (): void => {
    // the id belongs to no fiber, so taking this interruption back never swallows another's
    this.interruptor = FiberId.unsafeMake()
    this.observer?.timeout(this.fiber.id(), this.interruptor, this.limit.millis)
    this.fiber.unsafeInterruptAsFork(this.interruptor)
  }

  private readonly restored = (fiberId: FiberId.Runtime, present: FiberRefs.FiberRefs): FiberRefs.FiberRefs =>
    FiberRefs.updateAs(this.refs, {
      fiberId,
      fiberRef: FiberRef.interruptedCause,
      value: Cause.filter(
        FiberRefs.getOrDefault(present, FiberRef.interruptedCause),
        (cause) => cause._tag !== "Interrupt" || cause.fiberId !== this.interruptor
      )
    })
}
