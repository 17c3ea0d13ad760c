import { Duration } from "effect"
import type { RateLimit as Value } from "./Policy.ts"

/**
 * A token bucket, kept as the time at which it will be full again (the generic cell rate algorithm of ITU-T I.371,
 * annex A): no timer refills it. Times are milliseconds of a clock that is never set back.
 */
export class RateLimit {
  /** The time between two permits. */
  private readonly interval: number
  /** The time by which permits may run ahead of the rate: that of the burst. */
  private readonly tolerance: number
  private readonly maxWait: number
  /** The time at which all permits that were given are paid for. */
  private paid = -Infinity

  constructor({ burst, maxWait, per, permits }: Value) {
    this.interval = Duration.toMillis(per) / permits
    this.tolerance = ((burst ?? permits) - 1) * this.interval
    this.maxWait = maxWait === undefined ? 0 : Duration.toMillis(maxWait)
  }

  /**
   * Takes a permit. Returns the wait until it may be used, 0 for most; or, with `refused`, the wait that it would have
   * taken, and takes none.
   */
  take(now: number): { readonly wait: number; readonly refused: boolean } {
    const wait = Math.max(0, this.paid - this.tolerance - now)
    if (wait > this.maxWait) return { wait, refused: true }
    this.paid = Math.max(this.paid, now) + this.interval
    return { wait, refused: false }
  }

  /** Gives back a permit that was not used. */
  giveBack(): void {
    this.paid -= this.interval
  }

  /** The permits that could be taken now without a wait. */
  available(now: number): number {
    const ahead = Math.max(0, this.paid - now)
    return Math.max(0, Math.floor((this.tolerance - ahead) / this.interval + 1 + rounding))
  }
}

/** Forgives the rounding of a sum of intervals, in permits. */
const rounding = 1e-9
