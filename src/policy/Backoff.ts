import { Duration, Schedule } from "effect"
import { longest } from "./DurationText.ts"
import type { Backoff } from "./Policy.ts"

const growing = (backoff: Backoff): (attempt: number) => number => {
  const base = Duration.toMillis(backoff.base)
  switch (backoff.kind) {
    case "constant":
      return () => base
    case "linear":
      return (attempt) => base * attempt
    case "exponential": {
      const { factor = 2 } = backoff
      return (attempt) => base * factor ** (attempt - 1)
    }
  }
}

/**
 * Computes the pause after the n-th failed attempt, counted from 1, before jitter. The pause is in whole milliseconds,
 * so that logs state it exactly, and never exceeds the backoff's own bound.
 */
export const pauseAfter = (backoff: Backoff): (attempt: number) => number => {
  const millis = growing(backoff)
  const most = Duration.toMillis("max" in backoff ? backoff.max ?? longest : longest)
  return (attempt) => Math.min(Math.round(millis(attempt)), most)
}

/** Retries without end, with the pauses of a backoff; `Schedule.forever` counts from 0. */
export const endless = (backoff: Backoff): Schedule.Schedule<number> => {
  const pause = pauseAfter(backoff)
  return Schedule.addDelay(Schedule.forever, (failures) => Duration.millis(pause(failures + 1)))
}
