import { Reactivity } from "@effect/experimental"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { ConfigError, Effect, Layer } from "effect"
import { Database } from "../../sql/Database.ts"
import { orDefect } from "../../sql/orDefect.ts"
import { isLocked } from "../../sql/sqlite/waitForLock.ts"

/**
 * Holds a lock beside the database while the layer lives, since two embedded runners on one file would each run every
 * job. The system frees the lock however the process ends. Fails if another server has the lock.
 */
const sole = Effect.gen(function*() {
  const { reader } = yield* Database
  const [database] = yield* orDefect(reader<{ readonly file: string }>`PRAGMA database_list`)
  const file = database?.file ?? ""
  const lock = yield* SqliteClient.make({ filename: `${file}-lock`, disableWAL: true })
  yield* orDefect(lock`PRAGMA busy_timeout = 0`)
  yield* Effect.mapError(
    lock`BEGIN EXCLUSIVE`,
    (error) =>
      ConfigError.InvalidData(
        [],
        isLocked(error)
          ? `DATABASE_URL, DATA_DIR: another server is running on "${file}"`
          : `DATABASE_URL, DATA_DIR: "${file}-lock" cannot be locked (${String(error.cause)})`
      )
  )
})

/** The lock on an SQLite file. Any number of servers may share a PostgreSQL database. */
export const layer = Layer.scopedDiscard(
  Effect.flatMap(Database, ({ reader }) => reader.onDialectOrElse({ sqlite: () => sole, orElse: () => Effect.void }))
).pipe(Layer.provide(Reactivity.layer))
