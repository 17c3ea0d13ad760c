import { Reactivity } from "@effect/experimental"
import { FileSystem, Path } from "@effect/platform"
import { SqlClient, type SqlError, Statement } from "@effect/sql"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { ConfigError, Effect, Layer, Option } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { Database } from "./Database.ts"
import * as GroupCommit from "./GroupCommit.ts"
import { migrate } from "./Migrations.ts"

/** Statements prepared and kept, a connection: more than the product has. */
const preparedStatements = 500

/**
 * The connection of a client of its own, for as long as the scope is open, as a client whose changes take turns. The stock one wakes all who
 * wait for the connection each time that it is free, lets go of it before a statement has run, and begins its transactions deferred:
 * a read followed by a write then fails at once with SQLITE_BUSY_SNAPSHOT where another process wrote in between.
 */
const inTurns = Effect.fnUntraced(function*(client: SqliteClient.SqliteClient) {
  const { statement, transaction } = GroupCommit.make(yield* client.reserve)
  const writer = yield* SqlClient.make({
    acquirer: statement,
    compiler: Statement.makeCompilerSqlite(),
    spanAttributes: [["db.system.name", "sqlite"]]
  })
  return { writer: Object.assign(writer, { withTransaction: transaction }), transaction }
})

const pragmas = (client: SqlClient.SqlClient): Effect.Effect<void, SqlError.SqlError> =>
  Effect.all([
    // an answered change survives a power cut, not only a crash of the process
    client`PRAGMA synchronous = FULL`,
    client`PRAGMA foreign_keys = ON`,
    // a wait for another process's lock blocks the event loop, so it stays short
    client`PRAGMA busy_timeout = 250`
  ], { concurrency: 1, discard: true })

const open = (filename: string, readonly: boolean) =>
  SqliteClient.make({ filename, readonly, prepareCacheSize: preparedStatements })

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
  const { transaction, writer } = yield* inTurns(
    yield* Effect.catchAllDefect(open(filename, false), unusable(filename))
  )
  yield* pragmas(writer)
  yield* migrate.pipe(Effect.provideService(SqlClient.SqlClient, writer))
  const reader = yield* open(filename, true)
  return Database.of({ reader, writer, transaction })
})

/** SQLite in WAL mode: the file that `DATABASE_URL` names, by default `barista.sqlite` under `DATA_DIR`; migrated before use. */
export const layer = Layer.scoped(Database, make).pipe(Layer.provide(Reactivity.layer))
