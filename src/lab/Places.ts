import { Duration, Effect } from "effect"
import { Overloaded } from "../domain/Problem.ts"
import { term } from "../domain/Term.ts"

/** Time for which a place stays taken at least. It bounds the rate of experiments, each of which starts threads. */
const leastTime = Duration.seconds(1)

const full = new Overloaded({
  what: term("expériences en cours", "experiments"),
  retry_after: Duration.toSeconds(leastTime)
})

/** The places of experiments that run at once. */
export interface Places {
  /** Takes a place, or fails where none is free. */
  readonly take: Effect.Effect<void, Overloaded>
  /** Runs an effect in a taken place, and gives the place back. */
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Makes that number of places. */
export const make = (places: number): Places => {
  let taken = 0
  return {
    take: Effect.suspend(() => {
      if (taken >= places) return full
      taken++
      return Effect.void
    }),
    within: (effect) =>
      Effect.all([effect, Effect.sleep(leastTime)], { concurrency: 2 }).pipe(
        Effect.map(([value]) => value),
        Effect.ensuring(Effect.sync(() => taken--))
      )
  }
}
