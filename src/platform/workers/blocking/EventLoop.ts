import { Duration, Schema } from "effect"

/** Damage of a blocking call to its event loop, as answers report it. */
export const EventLoop = Schema.Struct({
  blockedFor: Schema.Number.annotations({
    description: "Seconds for which the loop was blocked",
    examples: [3]
  }),
  missedHeartbeats: Schema.Int.annotations({
    description: "Missed heartbeats, one due every 10 ms",
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
