import { Clock, Duration, Effect } from "effect"

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
      Effect.suspend(() => {
        const due = millis() + Duration.toMillis(duration)
        // a timer of Node may fire slightly early, which this clock magnifies
        const rest: Effect.Effect<void> = Effect.suspend(() => {
          const left = due - millis()
          return left <= 0 ? Effect.void : Effect.zipRight(live.sleep(Duration.millis(left / pace)), rest)
        })
        return rest
      })
  }
}
