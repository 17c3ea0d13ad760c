import { Clock, Context, type Duration, type Fiber, Option } from "effect"
import { format } from "./DurationText.ts"

/** A failed attempt, counted from 1, and the pause before the next one. The last attempt has no pause. */
export interface FailedAttempt<E> {
  readonly attempt: number
  readonly error: E
  readonly delay: Option.Option<Duration.Duration>
}

/** Adds a failed attempt as an event to the fiber's current span, if there is one. */
export const noteOnSpan = (
  { attempt, delay, error }: FailedAttempt<unknown>,
  { currentDefaultServices, currentSpan }: Fiber.RuntimeFiber<unknown, unknown>
): void => {
  if (currentSpan?._tag !== "Span") return
  currentSpan.event("attempt failed", Context.get(currentDefaultServices, Clock.Clock).unsafeCurrentTimeNanos(), {
    attempt,
    error: String(error),
    ...Option.match(delay, { onNone: () => ({}), onSome: (pause) => ({ delay: format(pause) }) })
  })
}
