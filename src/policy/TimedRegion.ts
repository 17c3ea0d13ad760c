import { Cause, type Duration, Effect, Exit, Fiber, FiberId, FiberRef, FiberRefs } from "effect"
import * as FiberInternals from "./FiberInternals.ts"
import { PolicyTimeout } from "./PolicyTimeout.ts"
import { type After, never } from "./Timers.ts"

/**
 * A part of a fiber's work that a timer can interrupt without a fiber of its own. The timer interrupts the calling
 * fiber, and the end of the region takes that interruption back. As with a fiber, forked children end with the region,
 * and a failure restores the FiberRefs.
 *
 * Call `start` and `end` in the same uninterruptible frame of a fiber without children (see `FiberInternals.isFresh`).
 */
export class TimedRegion {
  private readonly limit: Duration.Duration
  private readonly millis: number
  private readonly fiber: FiberInternals.AnyFiber
  private readonly after: After
  private cancel = never
  private interruptor: FiberId.FiberId | undefined
  private refs = FiberRefs.empty()

  constructor(limit: Duration.Duration, millis: number, fiber: FiberInternals.AnyFiber, after: After) {
    this.limit = limit
    this.millis = millis
    this.fiber = fiber
    this.after = after
  }

  /** Begins the region, for the first time or again. */
  start(): void {
    this.interruptor = undefined
    this.refs = this.fiber.getFiberRefs()
    this.cancel = this.after(this.millis, this.interrupt)
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
    if (!this.timedOut && Exit.isSuccess(exit)) return then(exit)
    const outcome = this.timedOut ? Exit.fail(new PolicyTimeout({ after: this.limit })) : exit
    return Effect.flatMap(Effect.updateFiberRefs(this.restored), () => then(outcome))
  }

  private readonly interrupt = (): void => {
    // the id belongs to no fiber, so taking this interruption back never swallows another's
    this.interruptor = FiberId.unsafeMake()
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
