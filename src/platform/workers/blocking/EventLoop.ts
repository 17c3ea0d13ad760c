import { Duration, Schema } from "effect"

/** Damage of a blocking call to its event loop, as answers report it. */
export const EventLoop = Schema.Struct({
  blockedFor: Schema.Number.annotations({
    description: "Seconds in which the loop could do nothing else",
    examples: [3]
  }),
  missedHeartbeats: Schema.Int.annotations({
    description: "Heartbeats, due every 10 ms, that never happened",
    examples: [299]
  })
})

/** Converts the damage to the units of the answer: seconds, and a count. */
export const inSeconds = (
  damage: { readonly blockedFor: Duration.Duration; readonly missedHeartbeats: number }
): typeof EventLoop.Type => ({
  blockedFor: Duration.toSeconds(damage.blockedFor),
  missedHeartbeats: damage.missedHeartbeats
})
