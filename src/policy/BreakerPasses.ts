import { Cause, Exit, Option } from "effect"
import type { Breaker, Pass, Verdict } from "./Breaker.ts"
import type { AnyFiber } from "./FiberInternals.ts"
import { monotonicOf } from "./monotonic.ts"
import type { NamedPolicy } from "./Policy.ts"
import type { PolicyObserver } from "./PolicyObserver.ts"
import { PolicyRefused } from "./PolicyRefused.ts"
import { isTransient } from "./Transient.ts"

/** The end of an attempt, beside its exit. */
interface End {
  /** True if the timeout of the whole operation has fired. */
  readonly isOver: boolean
  /** True if another than the policy interrupted it. */
  readonly isInterrupted: boolean
}

/**
 * Judges an attempt for the breaker. An error that is not transient is an answer of an upstream in health; a timeout
 * of this policy is a failure. A refusal, or any other interruption, says nothing.
 */
const verdictOn = (exit: Exit.Exit<unknown, unknown>, { isInterrupted, isOver }: End): Verdict => {
  if (isOver) return "failure"
  if (Exit.isSuccess(exit)) return "success"
  if (isInterrupted) return "unknown"
  const failure = Option.getOrUndefined(Cause.failureOption(exit.cause))
  if (failure === undefined || isTransient(failure)) return "failure"
  return failure instanceof PolicyRefused ? "unknown" : "success"
}

/** The passes of one operation's attempts through the breaker, one at a time. */
export class BreakerPasses {
  private readonly breaker: Breaker
  private readonly policy: NamedPolicy
  private readonly fiber: AnyFiber
  private readonly observer: PolicyObserver | undefined
  /** The pass of the present attempt. */
  private pass: Pass | undefined

  constructor(breaker: Breaker, policy: NamedPolicy, fiber: AnyFiber, observer: PolicyObserver | undefined) {
    this.breaker = breaker
    this.policy = policy
    this.fiber = fiber
    this.observer = observer
  }

  /** Asks for a pass; returns false if the breaker has none. */
  enter(): boolean {
    this.pass = this.breaker.enter(monotonicOf(this.fiber))
    return this.pass !== undefined
  }

  /** Gives back the pass, if the attempt had one, with a verdict on its end. */
  leave(exit: Exit.Exit<unknown, unknown>, end: End): void {
    const { breaker, pass } = this
    if (pass === undefined) return
    this.pass = undefined
    if (!breaker.leave(pass, verdictOn(exit, end), monotonicOf(this.fiber))) return
    this.observer?.breakerOpened(this.fiber.id(), breaker.openFor, this.policy)
  }
}
