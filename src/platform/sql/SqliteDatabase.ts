import { Reactivity } from "@effect/experimental"
import { FileSystem, Path } from "@effect/platform"
import { SqlClient, type SqlConnection, type SqlError, Statement } from "@effect/sql"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { ConfigError, Effect, Layer, Option, Scope } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import * as FairSemaphore from "../../policy/FairSemaphore.ts"
import { Database } from "./Database.ts"
import { migrate } from "./Migrations.ts"

/** Statements prepared and kept, a connection: more than the product has. */
const preparedStatements = 500

const statement = (connection: SqlConnection.Connection, sql: string) =>
  Effect.asVoid(connection.executeUnprepared(sql, [], undefined))

/**
 * `withTransaction` that begins immediate: the stock one begins deferred, and a read followed by a write then fails at once with
 * SQLITE_BUSY_SNAPSHOT where another process wrote in between.
 */
const immediate = (client: SqlClient.SqlClient) =>
  SqlClient.makeWithTransaction({
    transactionTag: SqlClient.TransactionConnection,
    spanAttributes: [["db.system.name", "sqlite"]],
    acquireConnection: Effect.flatMap(Scope.make(), (scope) =>
      Effect.map(Scope.extend(client.reserve, scope), (connection): readonly [
        Scope.CloseableScope | undefined,
        SqlConnection.Connection
      ] => [scope, connection])),
    begin: (connection) =>
      statement(connection, "BEGIN IMMEDIATE"),
    savepoint: (connection, id) =>
      statement(connection, `SAVEPOINT barista_${id}`),
    // one that is refused leaves its transaction open, and the next one would not begin
    commit: (connection) =>
      Effect.tapError(statement(connection, "COMMIT"), () => Effect.ignore(statement(connection, "ROLLBACK"))),
    rollback: (connection) => statement(connection, "ROLLBACK"),
    rollbackSavepoint: (connection, id) => statement(connection, `ROLLBACK TO SAVEPOINT barista_${id}`)
  })

const pragmas = (client: SqlClient.SqlClient): Effect.Effect<void, SqlError.SqlError> =>
  Effect.all([
    // an answered change survives a power cut, not only a crash of the process
    client`PRAGMA synchronous = FULL`,
    client`PRAGMA foreign_keys = ON`,
    // a wait for another process's lock blocks the event loop, so it stays short
    client`PRAGMA busy_timeout = 250`
  ], { concurrency: 1, discard: true })

/**
 * A client of one connection, which goes to those who wait for it in their order. The stock client's semaphore wakes all who wait each time
 * that it is released, of whom one has it: with a thousand waiting that takes more time than their statements.
 */
const open = (filename: string, readonly: boolean) =>
  Effect.gen(function*() {
    const stock = yield* SqliteClient.make({ filename, readonly, prepareCacheSize: preparedStatements })
    const connection = yield* stock.reserve
    const { permit, withPermit } = yield* FairSemaphore.make(1)
    return yield* SqlClient.make({
      compiler: Statement.makeCompilerSqlite(),
      acquirer: withPermit(Effect.succeed(connection)),
      transactionAcquirer: Effect.as(permit, connection),
      beginTransaction: "BEGIN IMMEDIATE",
      spanAttributes: [["db.system.name", "sqlite"]]
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
  const writer = yield* Effect.catchAllDefect(open(filename, false), unusable(filename))
  yield* pragmas(writer)
  yield* migrate.pipe(Effect.provideService(SqlClient.SqlClient, writer))
  const reader = yield* open(filename, true)
  return Database.of({ reader, writer, transaction: immediate(writer) })
})

/** SQLite in WAL mode: the file that `DATABASE_URL` names, by default `barista.sqlite` under `DATA_DIR`; migrated before use. */
export const layer = Layer.scoped(Database, make).pipe(Layer.provide(Reactivity.layer))
