import { Clock, Context, Duration, Effect, type Fiber } from "effect"

/** Cancels a timer; does nothing once it has fired. */
export type Cancel = () => void

/** Calls back after so many milliseconds, unless cancelled. An operation that ends at the same instant ends first. */
export type After = (millis: number, fire: () => void) => Cancel

/** A clock that can call back without a fiber: what a timeout needs of it, at a tenth of the cost of `sleep`. */
export interface TimerClock extends Clock.Clock {
  readonly after: After
}

const callsBack = (clock: Clock.Clock): clock is TimerClock => "after" in clock

/** The cancellation of a timer that never fires. */
export const never: Cancel = () => {}

/** Node fires a timer of more milliseconds at once; Effect's clock never fires it, and neither does this one. */
const longestTimer = 2 ** 31 - 1

const live: After = (millis, fire) => {
  if (millis > longestTimer) return never
  let late: NodeJS.Immediate | undefined
  // @effect-diagnostics-next-line globalTimers:off: Effect's clock has no timer without a fiber
  const timer = setTimeout(() => {
    // after all timers of this turn: a sleep of the operation that is due as well was created later, and must end first
    late = setImmediate(fire)
  }, millis)
  return () => {
    clearTimeout(timer)
    clearImmediate(late)
  }
}

const livePrototype: unknown = Object.getPrototypeOf(Clock.make())

const isLive = (clock: Clock.Clock): boolean => Object.getPrototypeOf(clock) === livePrototype

/** Any other clock (Effect's TestClock, the accelerated one of the demos) only sleeps, which takes a fiber. */
const sleeping =
  (clock: Clock.Clock, scheduler: Fiber.RuntimeFiber<unknown>["currentScheduler"]): After => (millis, fire) => {
    // on the scheduler of the fiber that is timed: under TestClock both must have run before time moves on
    const sleeper = Effect.runFork(
      Effect.zipRight(clock.sleep(Duration.millis(millis)), Effect.sync(fire)),
      { scheduler }
    )
    return () => sleeper.unsafeInterruptAsFork(sleeper.id())
  }

/** The timers of the clock by which a fiber runs. */
export const timersOf = (fiber: Fiber.RuntimeFiber<unknown, unknown>): After => {
  const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
  if (callsBack(clock)) return clock.after
  return isLive(clock) ? live : sleeping(clock, fiber.currentScheduler)
}
