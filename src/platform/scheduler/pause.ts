import { Duration, Effect } from "effect"

/** Sleeps, unless for no time: node's timers would wait for the next millisecond even so. */
export const pause = (duration: Duration.Duration): Effect.Effect<void> =>
  Duration.greaterThan(duration, Duration.zero) ? Effect.sleep(duration) : Effect.void
