import { Effect } from "effect"

/** Pause between two tellings, in milliseconds: quick enough for an eye, and few for a slow client. */
const pause = 250

/**
 * Runs a piece of work that counts, and tells its last count some times a second. Counts that come faster, or while the
 * listener is slow, are left out.
 */
export const telling = <A, E, E2>(
  tell: (done: number) => Effect.Effect<void, E2>,
  work: (onProgress: (done: number) => void) => Effect.Effect<A, E>
): Effect.Effect<A, E | E2> =>
  Effect.suspend(() => {
    let [done, told] = [0, 0]
    const tellNext = Effect.suspend(() => {
      if (done === told) return Effect.void
      told = done
      return tell(done)
    })
    const tells = Effect.forever(Effect.zipRight(Effect.sleep(pause), tellNext))
    return Effect.raceFirst(
      work((count) => {
        done = count
      }),
      tells
    )
  })
