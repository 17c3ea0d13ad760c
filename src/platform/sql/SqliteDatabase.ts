import { Reactivity } from "@effect/experimental"
import { FileSystem, Path } from "@effect/platform"
import { SqlClient } from "@effect/sql"
import { ConfigError, Effect, Function, Layer, Option } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import * as Client from "./Client.ts"
import { Database } from "./Database.ts"
import * as GroupCommit from "./GroupCommit.ts"
import { migrate } from "./Migrations.ts"
import { SqliteConnection } from "./SqliteConnection.ts"

const pragmas = [
  // an answered change survives a power cut, not only a crash of the process
  "PRAGMA synchronous = FULL",
  "PRAGMA foreign_keys = ON",
  // a wait for another process's lock blocks the event loop, so it stays short
  "PRAGMA busy_timeout = 250"
]

/** A client whose changes take turns on a connection of its own, for as long as the scope is open. */
const openWriter = Effect.fnUntraced(function*(filename: string) {
  const connection = yield* SqliteConnection.open(filename, { readonly: false })
  // a file that is no database is found out by the first statement
  yield* Effect.orDie(Effect.forEach(pragmas, (pragma) => connection.run(pragma), { concurrency: 1, discard: true }))
  const changes = GroupCommit.make(connection)
  return { writer: yield* Client.make({ connection, ...changes }), transaction: changes.transaction }
})

/** A client that only reads: it waits for nobody. */
const openReader = Effect.fnUntraced(function*(filename: string) {
  const connection = yield* SqliteConnection.open(filename, { readonly: true })
  return yield* Client.make({
    connection,
    statement: Function.identity,
    reserve: Effect.succeed(connection),
    transaction: () => Effect.dieMessage("the reader has no transactions")
  })
})

/** What opening or migrating can only die of: a file that is no database, or one that may not be written. */
const unusable = (filename: string) => (defect: unknown) =>
  Effect.fail(ConfigError.InvalidData(
    [],
    `DATABASE_URL, DATA_DIR: "${filename}" cannot be used as an SQLite database (${
      defect instanceof Error ? defect.message : String(defect)
    })`
  ))

const make = Effect.gen(function*() {
  const config = yield* AppConfig
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const filename = Option.getOrElse(config.databaseUrl, () => path.join(config.dataDir, "barista.sqlite"))
  yield* fs.makeDirectory(path.dirname(filename), { recursive: true })
  const { transaction, writer } = yield* Effect.catchAllDefect(openWriter(filename), unusable(filename))
  yield* migrate.pipe(Effect.provideService(SqlClient.SqlClient, writer))
  const reader = yield* openReader(filename)
  // the driver is synchronous
  return Database.of({ reader, readConcurrency: 1, writer, transaction })
})

/** SQLite in WAL mode: the file that `DATABASE_URL` names, by default `barista.sqlite` under `DATA_DIR`; migrated before use. */
export const layer = Layer.scoped(Database, make).pipe(Layer.provide(Reactivity.layer))
