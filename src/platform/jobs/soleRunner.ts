import { ConfigError, Effect, Layer } from "effect"
import { Database } from "../sql/Database.ts"
import { orDefect } from "../sql/orDefect.ts"
import { SqliteConnection } from "../sql/SqliteConnection.ts"

/**
 * Holds a lock beside the database for as long as the layer lives, as two embedded runners on one file would each run every job. The system
 * frees it however the process ends. Fails where another server has it.
 */
export const layer = Layer.scopedDiscard(Effect.gen(function*() {
  const { reader } = yield* Database
  const [database] = yield* orDefect(reader<{ readonly file: string }>`PRAGMA database_list`)
  const file = database?.file ?? ""
  const lock = yield* SqliteConnection.open(`${file}-lock`, { readonly: false })
  yield* orDefect(lock.run("PRAGMA busy_timeout = 0"))
  yield* Effect.mapError(
    lock.run("BEGIN EXCLUSIVE"),
    () => ConfigError.InvalidData([], `DATABASE_URL, DATA_DIR: another server is running on "${file}"`)
  )
}))
