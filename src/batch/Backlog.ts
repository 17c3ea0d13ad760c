import { Duration, Effect, type Scope } from "effect"
import { Overloaded } from "../domain/Problem.ts"

/** The items of one batch that have not finished yet; all are given back when the scope closes. */
export interface Share {
  readonly finishOne: () => void
}

/** The items of all batches that were accepted and have not finished yet. */
export interface Backlog {
  /** Fails as `accept` would now. */
  readonly check: (items: number) => Effect.Effect<void, Overloaded>
  readonly accept: (items: number) => Effect.Effect<Share, Overloaded, Scope.Scope>
}

/** At most `most` items; beyond that `Overloaded`, with the time in which those in excess will have finished, at `each` an item. */
export const make = (most: number, each: Duration.Duration): Effect.Effect<Backlog> =>
  Effect.sync(() => {
    let unfinished = 0
    const check = (items: number) =>
      Effect.suspend(() => {
        const excess = unfinished + items - most
        return excess <= 0
          ? Effect.void
          : new Overloaded({
            what: "batch",
            retry_after: Math.max(1, Math.ceil(Duration.toSeconds(Duration.times(each, excess))))
          })
      })
    const accept = (items: number) =>
      Effect.acquireRelease(
        Effect.map(check(items), () => {
          unfinished += items
          return { left: items }
        }),
        (share) =>
          Effect.sync(() => {
            unfinished -= share.left
          })
      ).pipe(
        Effect.map((share) => ({
          finishOne: () => {
            share.left--
            unfinished--
          }
        }))
      )
    return { check, accept }
  })
