import { Duration, Effect } from "effect"

/**
 * Makes the pauses of readers of the same thing. Each lasts for `least` milliseconds. Those of many readers are longer,
 * and end one after the other, so that readers share a part of the thread.
 */
export const pauses = (least: number): (apart: number) => Effect.Effect<void> => {
  let last = 0
  return (apart) =>
    Effect.clockWith((clock) => {
      const now = clock.unsafeCurrentTimeMillis()
      last = Math.max(now + least, last + apart)
      return clock.sleep(Duration.millis(last - now))
    })
}

/** Milliseconds between the ends of the pauses of two readers. An answer takes up to a millisecond of the thread. */
export const betweenReaders = 10
