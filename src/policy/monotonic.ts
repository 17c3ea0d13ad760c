import { Clock, Context, type Fiber } from "effect"

const nanosPerMilli = 1_000_000

/**
 * Returns the milliseconds of a clock since some moment, with their parts. The time of day may be set while a breaker
 * is open; these never go back.
 */
export const monotonic = (clock: Clock.Clock): number => Number(clock.unsafeCurrentTimeNanos()) / nanosPerMilli

/** Returns the same of the fiber's clock. */
export const monotonicOf = (fiber: Fiber.RuntimeFiber<unknown, unknown>): number =>
  monotonic(Context.get(fiber.currentDefaultServices, Clock.Clock))
