import { Effect, Layer, Queue } from "effect"
import { fdatasync } from "node:fs"
import { Database } from "../../platform/sql/Database.ts"
import { Disk } from "../../platform/sql/sqlite/SharedSync.ts"
import * as SqliteDatabase from "../../platform/sql/sqlite/SqliteDatabase.ts"
import { LedgerRepo } from "../../transfers/LedgerRepo.ts"
import * as Transfers from "../../transfers/Transfers.ts"
import * as Users from "../../users/Users.ts"
import { UsersRepo } from "../../users/UsersRepo.ts"
import { Meters } from "../Meters.ts"

/**
 * A real disk, with a latency on top once the experiment runs. A lost sync fails only the experiment, whose data is
 * thrown away anyway.
 */
const slowDisk = (milliseconds: number) =>
  Layer.scoped(
    Disk,
    Effect.gen(function*() {
      const meters = yield* Meters
      // the database has one sync at a time
      const synced = yield* Queue.bounded<Effect.Effect<void>>(1)
      yield* Queue.take(synced).pipe(
        Effect.flatMap(Effect.delay(`${milliseconds} millis`)),
        Effect.forever,
        Effect.forkScoped
      )
      return {
        sync: (descriptor, done) =>
          fdatasync(descriptor, (failure) => {
            if (!meters.isMeasuring) return done(failure)
            synced.unsafeOffer(Effect.sync(() => done(failure)))
          }),
        lost: () => undefined
      }
    })
  )

/** A migrated database of the experiment's own, in its folder, on a disk of some latency. */
export const layer = (disk: number) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const { counters } = yield* Database
    const meters = yield* Meters
    meters.commits = () => counters.groups
  })).pipe(
    Layer.provideMerge(SqliteDatabase.layer),
    Layer.provide(slowDisk(disk))
  )

const samples = Layer.effectDiscard(
  Effect.flatMap(Users.sample, ({ alice, bob }) => Transfers.sample(alice.id, bob.id))
)

/** The transfers of money between the handbook's users, on that database. */
export const transfers = (disk: number) =>
  samples.pipe(
    Layer.provideMerge(Layer.merge(Transfers.Transfers.layer, Users.Users.layer)),
    Layer.provide([LedgerRepo.layer, Users.Users.directory]),
    Layer.provide(UsersRepo.layer),
    Layer.provideMerge(layer(disk))
  )
