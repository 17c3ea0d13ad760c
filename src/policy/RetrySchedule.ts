import { Duration, Effect, Option, Random, Schedule, ScheduleDecision } from "effect"
import { longest } from "./DurationText.ts"
import type { Backoff, Retry } from "./Policy.ts"
import { isTransient } from "./Transient.ts"

/** A failed attempt, counted from 1, and the pause before the next one; no pause if it was the last. */
export interface FailedAttempt<E> {
  readonly attempt: number
  readonly error: E
  readonly delay: Option.Option<Duration.Duration>
}

const grows = (backoff: Backoff) => {
  switch (backoff.kind) {
    case "constant":
      return Schedule.spaced(backoff.base)
    case "linear":
      return Schedule.linear(backoff.base)
    case "exponential":
      return Schedule.exponential(backoff.base, backoff.factor)
  }
}

/** Whole milliseconds, so that a pause is what the log says; never longer than the backoff's own bound. */
const bounded = (backoff: Backoff) => {
  const most = "max" in backoff ? backoff.max ?? longest : longest
  return (_: unknown, pause: Duration.Duration) =>
    Duration.min(Duration.millis(Math.round(Duration.toMillis(pause))), most)
}

const drawn = (_: unknown, pause: Duration.Duration) =>
  Effect.map(Random.nextIntBetween(0, Duration.toMillis(pause) + 1), Duration.millis)

/** The pauses of a retry policy as a Schedule without end: backoff, its bound, jitter. */
export const pauses = (retry: Omit<Retry, "attempts">): Schedule.Schedule<unknown> => {
  const regular = grows(retry.backoff).pipe(Schedule.modifyDelay(bounded(retry.backoff)))
  return retry.jitter === "full" ? Schedule.modifyDelayEffect(regular, drawn) : regular
}

/**
 * A retry policy as the Schedule that `Effect.retry` follows: its pauses, at most `attempts` in all, for transient errors only. The hook
 * sees each failed attempt, before the pause that follows it.
 */
export const make = <E>(
  retry: Retry,
  onFailedAttempt: (failed: FailedAttempt<E>) => Effect.Effect<void>
): Effect.Effect<Schedule.Schedule<unknown, E>> =>
  Effect.sync(() => {
    let attempt = 0
    return pauses(retry).pipe(
      Schedule.intersect(Schedule.recurs(retry.attempts - 1)),
      Schedule.whileInput((error: E) => isTransient(error)),
      Schedule.delays,
      Schedule.intersect(Schedule.identity<E>()),
      Schedule.onDecision(([pause, error], decision) => {
        const delay = ScheduleDecision.isContinue(decision) ? Option.some(pause) : Option.none()
        return onFailedAttempt({ attempt: ++attempt, error, delay })
      })
    )
  })
