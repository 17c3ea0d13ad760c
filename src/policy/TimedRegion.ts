import { Cause, type Duration, Effect, Exit, Fiber, FiberId, FiberRef, FiberRefs } from "effect"
import * as FiberInternals from "./FiberInternals.ts"
import { PolicyTimeout } from "./PolicyTimeout.ts"
import { type After, never } from "./Timers.ts"

/**
 * A part of a fiber's work that a timer interrupts, without a fiber of its own: the calling fiber is interrupted, and
 * the end of the region takes that back. It ends as a fiber of its own would: what it forked ends with it, and a
 * failure leaves the FiberRefs as they were.
 *
 * Both `start` and `end` must run in the same uninterruptible frame of a fiber without children (see
 * `FiberInternals.isFresh`).
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

  /** Begins, for the first time or again. */
  start(): void {
    this.interruptor = undefined
    this.refs = this.fiber.getFiberRefs()
    this.cancel = this.after(this.millis, this.interrupt)
  }

  /** Whether the time ran out before the end, whatever the exit was. */
  get timedOut(): boolean {
    return this.interruptor !== undefined
  }

  /** Ends the region and goes on with its exit, or with a `PolicyTimeout` in its place. */
  end<A, E, B, E1, R>(
    exit: Exit.Exit<A, E | PolicyTimeout>,
    then: (exit: Exit.Exit<A, E | PolicyTimeout>) => Effect.Effect<B, E1, R>
  ): Effect.Effect<B, E1, R> {
    const children = FiberInternals.childrenOf(this.fiber)
    // the timer runs on: children that are slow to clean up count into the time
    if (children.length > 0) return Effect.flatMap(Fiber.interruptAll(children), () => this.end(exit, then))
    this.cancel()
    if (!this.timedOut && Exit.isSuccess(exit)) return then(exit)
    const outcome = this.timedOut ? Exit.fail(new PolicyTimeout({ after: this.limit })) : exit
    return Effect.flatMap(Effect.updateFiberRefs(this.restored), () => then(outcome))
  }

  private readonly interrupt = (): void => {
    // an id of no fiber: nobody else can interrupt by it, so taking it back never swallows another's interruption
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
