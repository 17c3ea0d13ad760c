import { Clock, Context, Duration, Effect, type Fiber, type Scheduler } from "effect"

/** Cancels a timer; does nothing once it has fired. */
export type Cancel = () => void

/** Calls back after the given milliseconds, unless cancelled. An operation that ends at the same instant ends first. */
export type After = (millis: number, fire: () => void) => Cancel

/** A clock that can call back without a fiber. Timeouts need no more, and a callback costs a tenth of `sleep`. */
export interface TimerClock extends Clock.Clock {
  readonly after: After
}

const callsBack = (clock: Clock.Clock): clock is TimerClock => "after" in clock

/** The cancellation of a timer that never fires. */
export const never: Cancel = () => {}

/**
 * The longest timer of Node, in milliseconds; Node fires longer ones at once. Longer timers never fire here, as in
 * Effect's clock.
 */
const longestTimer = 2 ** 31 - 1

const live: After = (millis, fire) => {
  if (millis > longestTimer) return never
  let late: NodeJS.Immediate | undefined
  // @effect-diagnostics-next-line globalTimers:off: Effect's clock has no timer without a fiber
  const timer = setTimeout(() => {
    // runs after all timers of this turn: a sleep of the operation due now was created later and must end first
    late = setImmediate(fire)
  }, millis)
  return () => {
    clearTimeout(timer)
    clearImmediate(late)
  }
}

const livePrototype: unknown = Object.getPrototypeOf(Clock.make())

/** Tells Effect's own clock, which keeps the time of the machine, from any other. */
export const isLive = (clock: Clock.Clock): boolean => Object.getPrototypeOf(clock) === livePrototype

/**
 * Makes timers from a clock that can only sleep, which takes a fiber: Effect's TestClock and the demos' accelerated
 * clock.
 */
const sleeping = (clock: Clock.Clock, scheduler: Scheduler.Scheduler): After => (millis, fire) => {
  // uses the timed fiber's scheduler: under TestClock both must have run before time moves on
  const sleeper = Effect.runFork(
    Effect.zipRight(clock.sleep(Duration.millis(millis)), Effect.sync(fire)),
    { scheduler }
  )
  return () => sleeper.unsafeInterruptAsFork(sleeper.id())
}

/** Returns the timers of a clock; one that can only sleep does so on the scheduler. */
export const timersOfClock = (clock: Clock.Clock, scheduler: Scheduler.Scheduler): After => {
  if (callsBack(clock)) return clock.after
  return isLive(clock) ? live : sleeping(clock, scheduler)
}

/** Returns the timers of the fiber's clock. */
export const timersOf = (fiber: Fiber.RuntimeFiber<unknown, unknown>): After =>
  timersOfClock(Context.get(fiber.currentDefaultServices, Clock.Clock), fiber.currentScheduler)
