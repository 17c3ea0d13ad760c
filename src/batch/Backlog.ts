import { Duration, Effect, type Scope } from "effect"
import { Overloaded } from "../domain/Problem.ts"
import { type Term, term } from "../domain/Term.ts"
import { Tally } from "../platform/lifecycle/Tally.ts"

/** The items of one batch that have not finished yet; all are given back when the scope closes. */
export interface Share {
  readonly finishOne: () => void
}

/** The items of all batches that were accepted and have not finished yet. */
export interface Backlog {
  /** Fails as `accept` would now. Without a client only the bound of all counts. */
  readonly check: (items: number, client: string | undefined) => Effect.Effect<void, Overloaded>
  readonly accept: (items: number, client: string | undefined) => Effect.Effect<Share, Overloaded, Scope.Scope>
  readonly unfinished: () => number
}

/** How many items there may be, and how long one takes from all of them. */
export interface Bounds {
  readonly most: number
  readonly ofOneClient: number
  readonly each: Duration.Duration
}

/** At most so many items; beyond that `Overloaded`, with the time in which those in excess will have finished. */
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
