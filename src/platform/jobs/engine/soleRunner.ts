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

/** Number of the advisory lock of the runner, beside that of starts. */
const runnerLock = 1_111_577_162

const refused = ConfigError.InvalidData([], "DATABASE_URL: another server is running on this PostgreSQL database")

/**
 * Holds a lock of PostgreSQL while the layer lives, on a connection of its own. The jobs of a database still have one
 * runner, so a second server is refused until they have several.
 */
const soleOnPostgres = Effect.gen(function*() {
  const { writer } = yield* Database
  const connection = yield* orDefect(writer.reserve)
  const held = (statement: string) =>
    Effect.map(orDefect(connection.executeValues(statement, [runnerLock])), ([row]) => row?.[0] === true)
  const take = Effect.filterOrFail(held("SELECT pg_try_advisory_lock($1)"), (isHeld) => isHeld, () => refused)
  yield* Effect.acquireRelease(
    take,
    // the connection goes back to the pool, and would keep the lock
    () => Effect.ignore(held("SELECT pg_advisory_unlock($1)"))
  )
})

/** The lock on a database: that of an SQLite file, or of PostgreSQL. */
export const layer = Layer.scopedDiscard(
  Effect.flatMap(
    Database,
    ({ reader }) => reader.onDialectOrElse({ sqlite: () => sole, orElse: () => soleOnPostgres })
  )
).pipe(Layer.provide(Reactivity.layer))
