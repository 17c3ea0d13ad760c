import { Clock, Duration, Effect } from "effect"
import { never, timersOfClock } from "../../../src/policy/Timers.ts"

const nanosPerMilli = 1_000_000

/**
 * Makes a clock that begins at the present and runs `pace` times as fast as the live one. Sleeps are that much shorter.
 */
export const make = (pace: number): Clock.Clock => {
  const live = Clock.make()
  const origin = live.unsafeCurrentTimeNanos()
  const nanos = () => origin + BigInt(Math.round(Number(live.unsafeCurrentTimeNanos() - origin) * pace))
  const millis = () => Number(nanos()) / nanosPerMilli
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => Math.floor(millis()),
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(() => Math.floor(millis())),
    currentTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.withFiberRuntime(({ currentScheduler }) => {
        const after = timersOfClock(live, currentScheduler)
        const due = millis() + Duration.toMillis(duration)
        return Effect.async<void>((resume) => {
          let cancel = never
          // a timer of Node may fire slightly early, which this clock magnifies
          const rest = () => {
            const left = due - millis()
            if (left <= 0) resume(Effect.void)
            else cancel = after(left / pace, rest)
          }
          rest()
          return Effect.sync(() => cancel())
        })
      })
  }
}
