import { Duration, Effect } from "effect"
import { Overloaded } from "../domain/Problem.ts"
import { type Term, term } from "../domain/Term.ts"

/** The kind of runs that take places. */
export interface Kind {
  readonly name: Term
  /** Time for which a place stays taken at least, which bounds the rate of runs. */
  readonly leastTime: Duration.Duration
}

/** Experiments start threads, so their rate is bounded too. */
export const experiments: Kind = { name: term("expériences en cours", "experiments"), leastTime: Duration.seconds(1) }

/** Predictions take milliseconds and no threads. A reader who drags a knob asks for one a frame. */
export const predictions: Kind = { name: term("prédictions en cours", "predictions"), leastTime: Duration.zero }

/** Seconds after which a place may be free again. */
const retryAfter = 1

/** The places of runs at once. */
export interface Places {
  /** Takes a place, or fails where none is free. */
  readonly take: Effect.Effect<void, Overloaded>
  /** Runs an effect in a taken place, and gives the place back. */
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Makes that number of places. */
export const make = (places: number, { leastTime, name }: Kind): Places => {
  const full = new Overloaded({ what: name, retry_after: retryAfter })
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
