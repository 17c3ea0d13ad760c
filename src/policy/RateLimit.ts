import { Duration, Effect } from "effect"
import { monotonic } from "./monotonic.ts"
import type { NamedPolicy, RateLimit as Value } from "./Policy.ts"
import type { PolicyCounters } from "./PolicyCounters.ts"
import type { PolicyRefused } from "./PolicyRefused.ts"
import { refuse } from "./refuse.ts"

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

/** Waits for the rate limit's permit, or refuses. An interruption of the wait gives the permit back. */
export const admitted = (
  rateLimit: RateLimit,
  policy: NamedPolicy,
  counters: PolicyCounters
): Effect.Effect<void, PolicyRefused> =>
  Effect.clockWith((clock) => {
    const { refused, wait } = rateLimit.take(monotonic(clock))
    if (refused) return refuse(policy, counters, "rate limited", Duration.millis(Math.ceil(wait)))
    return wait === 0
      ? Effect.void
      : Effect.onInterrupt(Effect.sleep(Duration.millis(wait)), () => Effect.sync(() => rateLimit.giveBack()))
  })
