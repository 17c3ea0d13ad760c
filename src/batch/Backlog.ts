import { Duration, Effect, type Scope } from "effect"
import { Overloaded } from "../domain/Problem.ts"
import { type Term, term } from "../domain/Term.ts"
import { Tally } from "../platform/lifecycle/Tally.ts"

/** The unfinished items of one batch; closing the scope gives all of them back. */
export interface Share {
  readonly finishOne: () => void
}

/** Counts the accepted, unfinished items of all batches. */
export interface Backlog {
  /** Fails as `accept` would now. Without a client only the bound on all items counts. */
  readonly check: (items: number, client: string | undefined) => Effect.Effect<void, Overloaded>
  readonly accept: (items: number, client: string | undefined) => Effect.Effect<Share, Overloaded, Scope.Scope>
  readonly unfinished: () => number
}

/** Bounds on all items and on one client's items, and the time in which all batches together finish one item. */
export interface Bounds {
  readonly most: number
  readonly ofOneClient: number
  readonly each: Duration.Duration
}

/** Accepts items up to the bounds. Beyond them fails with `Overloaded`, whose retry time lets the excess finish. */
export const make = ({ each, most, ofOneClient }: Bounds): Effect.Effect<Backlog> =>
  Effect.sync(() => {
    let unfinished = 0
    const ofClients = new Tally(ofOneClient)
    const overloaded = (what: Term, excess: number) =>
      new Overloaded({
        what,
        retry_after: Math.max(1, Math.ceil(Duration.toSeconds(Duration.times(each, excess))))
      })
    const check = (items: number, client: string | undefined) =>
      Effect.suspend(() => {
        const excess = unfinished + items - most
        if (excess > 0) return overloaded(term("éléments de tous les lots", "batch"), excess)
        return client === undefined || ofClients.hasRoom(client, items)
          ? Effect.void
          : overloaded(term("éléments des lots d'un même client", "batches of one client"), items)
      })
    const accept = (items: number, client: string | undefined) => {
      const release = (count: number) => {
        unfinished -= count
        if (client !== undefined) ofClients.remove(client, count)
      }
      return Effect.acquireRelease(
        Effect.map(check(items, client), () => {
          unfinished += items
          if (client !== undefined) ofClients.add(client, items)
          return { left: items }
        }),
        (share) => Effect.sync(() => release(share.left))
      ).pipe(
        Effect.map((share) => ({
          finishOne: () => {
            share.left--
            release(1)
          }
        }))
      )
    }
    return { check, accept, unfinished: () => unfinished }
  })
