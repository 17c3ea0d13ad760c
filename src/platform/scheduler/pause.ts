import { Duration, Effect } from "effect"

/** Sleeps, except for a duration of zero, for which node's timers would wait until the next millisecond. */
export const pause = (duration: Duration.Duration): Effect.Effect<void> =>
  Duration.greaterThan(duration, Duration.zero) ? Effect.sleep(duration) : Effect.void
