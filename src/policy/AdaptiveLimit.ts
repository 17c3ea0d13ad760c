import { Cause, Duration, Effect, Exit, Option } from "effect"
import type { FairSemaphore } from "./FairSemaphore.ts"
import { monotonic } from "./monotonic.ts"
import type { AdaptiveLimit as Value } from "./Policy.ts"
import { isTransient } from "./Transient.ts"

/** The factor of the decrease; Netflix' AIMDLimit has the same. */
const decrease = 0.9

/**
 * A limit on attempts at once that finds itself: additive increase, multiplicative decrease (D. Chiu, R. Jain 1989).
 * While the limit is not reached, it does not grow, as nothing shows that more would be served.
 */
export class AdaptiveLimit {
  private readonly min: number
  private readonly max: number
  /** Milliseconds beyond which a success is slow. */
  readonly slowerThan: number
  private exact: number

  constructor({ initial, max, min, slowerThan }: Value) {
    this.min = min
    this.max = max
    this.slowerThan = Duration.toMillis(slowerThan)
    this.exact = initial
  }

  /** The limit now, a whole number. */
  get limit(): number {
    return Math.floor(this.exact)
  }

  /** Learns the end of an attempt: its milliseconds, and how many attempts ran when it ended, itself included. */
  ended(succeeded: boolean, millis: number, running: number): void {
    if (!succeeded || millis > this.slowerThan) this.exact = Math.max(this.min, this.exact * decrease)
    else if (running >= this.limit) this.exact = Math.min(this.max, this.exact + 1 / this.exact)
  }
}

/**
 * Tells the adaptive limit how an attempt went, and resizes the permits to it. An error that is not transient tells
 * nothing; an interruption only that the attempt was slow, once it had taken `slowerThan` or its whole timeout.
 */
export const measured = (adaptive: AdaptiveLimit, parties: FairSemaphore, attemptTimeout: number) => {
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
