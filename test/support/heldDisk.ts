import { Layer } from "effect"
import { Disk } from "../../src/platform/sql/sqlite/SharedSync.ts"

type Done = (failure: Error | null) => void

/** A disk that ends each sync in the next turn of the event loop, unless told to hold syncs back. */
export const make = () => {
  /** Ends the held syncs in order, with a failure or with null. */
  const held: Array<Done> = []
  /** The failures for which the database has given up the disk. */
  const lost: Array<Error> = []
  let holds = false
  return {
    held,
    lost,
    hold: () => {
      holds = true
    },
    /** Ends the held syncs and holds none from now on. */
    letGo: () => {
      holds = false
      for (const done of held.splice(0)) done(null)
    },
    layer: Layer.succeed(Disk, {
      sync: (_, done) => {
        if (holds) held.push(done)
        else setImmediate(done, null)
      },
      lost: (failure) => {
        lost.push(failure)
      }
    })
  }
}
