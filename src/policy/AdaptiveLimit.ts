import { Duration } from "effect"
import type { AdaptiveLimit as Value } from "./Policy.ts"

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
