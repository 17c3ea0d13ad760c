import { Reactivity } from "@effect/experimental"
import { FileSystem, Path } from "@effect/platform"
import { SqlClient, SqlError } from "@effect/sql"
import { ConfigError, type Duration, Effect, Function, Layer, Option, Predicate } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import type { DatabaseUrl } from "../../../domain/DatabaseUrl.ts"
import * as Client from "../Client.ts"
import { Database } from "../Database.ts"
import * as DatabaseCounters from "../DatabaseCounters.ts"
import { newServerName } from "../serverName.ts"
import { dialect } from "./dialect.ts"
import * as GroupCommit from "./GroupCommit.ts"
import { currentMigration, migrate, newestMigration } from "./Migrations.ts"
import { SqliteConnection } from "./SqliteConnection.ts"
import { waitForLockFor } from "./waitForLock.ts"
import * as WriteAheadLog from "./WriteAheadLog.ts"

const pragmas = [
  // A commit only writes to the log, and `WriteAheadLog` syncs it, so a power cut loses no answered change.
  "PRAGMA synchronous = NORMAL",
  // A checkpoint waits for the disk, so a thread runs it.
  "PRAGMA wal_autocheckpoint = 0",
  "PRAGMA foreign_keys = ON"
]

interface Options {
  readonly filename: string
  readonly lockTimeout: Duration.Duration
  readonly counters: DatabaseCounters.DatabaseCounters
}

/** Opens a client whose changes take turns on their own connection, until the scope closes. */
const openWriter = Effect.fnUntraced(function*({ counters, filename, lockTimeout }: Options) {
  const connection = yield* SqliteConnection.open(filename, { readonly: false })
  const patiently = waitForLockFor(lockTimeout, counters)
  const run = (sql: string) => patiently(Effect.suspend(() => connection.run(sql)))
  // The first statement reports a file that is not a database.
  const [[mode] = []] = yield* patiently(Effect.suspend(() => connection.values("PRAGMA journal_mode = WAL")))
  if (mode !== "wal") {
    return yield* new SqlError.SqlError({ cause: undefined, message: "no write-ahead log" })
  }
  yield* Effect.forEach(pragmas, run, { concurrency: 1, discard: true })
  const log = yield* WriteAheadLog.open(connection, { lockTimeout, counters })
  const changes = GroupCommit.make({ connection, lockTimeout, counters, whenDurable: log.whenDurable })
  yield* Effect.forkScoped(Effect.forever(Effect.zipRight(log.isLong, changes.apart(log.checkpoint))))
  return { writer: yield* Client.make({ dialect, connection, ...changes }), transaction: changes.transaction }
})

/** Opens a read-only client. Its statements wait only for a process that has locked the whole file. */
const openReader = Effect.fnUntraced(function*({ counters, filename, lockTimeout }: Options) {
  const connection = yield* SqliteConnection.open(filename, { readonly: true })
  return yield* Client.make({
    dialect,
    connection,
    statement: waitForLockFor(lockTimeout, counters),
    reserve: Effect.succeed(connection),
    transaction: () => Effect.dieMessage("the reader has no transactions")
  })
})

/** Returns SQLite's own message about a file that it rejects. */
const reasonOf = ({ cause, message }: SqlError.SqlError): string =>
  Predicate.hasProperty(cause, "message") ? String(cause.message) : message

/** Reports a file that is not a database, is read-only, or is locked by another process. */
const unusable = (filename: string) => (error: SqlError.SqlError) =>
  Effect.fail(ConfigError.InvalidData(
    [],
    `DATABASE_URL, DATA_DIR: "${filename}" cannot be used as an SQLite database (${reasonOf(error)})`
  ))

/** Returns the file that a setting names, by default another one. */
const fileOf = (given: Option.Option<DatabaseUrl>, fallback: () => string): string =>
  Option.match(given, {
    onNone: fallback,
    onSome: (place) => place.dialect === "sqlite" ? place.file : fallback()
  })

const make = Effect.gen(function*() {
  const { databaseLockTimeout: lockTimeout, databaseUrl, dataDir } = yield* AppConfig
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const filename = fileOf(databaseUrl, () => path.join(dataDir, "barista.sqlite"))
  const counters = DatabaseCounters.make()
  const options = { filename, lockTimeout, counters }
  yield* fs.makeDirectory(path.dirname(filename), { recursive: true })
  const { transaction, writer } = yield* Effect.catchTag(openWriter(options), "SqlError", unusable(filename))
  const found = yield* Effect.catchAll(
    Effect.provideService(currentMigration, SqlClient.SqlClient, writer),
    unusable(filename)
  )
  if (found > newestMigration) {
    const reason = `has migration ${found}, this build knows ${newestMigration}: run the newer build`
    return yield* Effect.fail(ConfigError.InvalidData([], `DATABASE_URL, DATA_DIR: "${filename}" ${reason}`))
  }
  yield* migrate.pipe(
    Effect.provideService(SqlClient.SqlClient, writer),
    Effect.catchTag("SqlError", unusable(filename))
  )
  const reader = yield* Effect.catchTag(openReader(options), "SqlError", unusable(filename))
  // One at a time, because the driver is synchronous.
  return Database.of({
    reader,
    readConcurrency: 1,
    writer,
    transaction,
    snapshot: Function.identity,
    exclusively: Function.identity,
    counters,
    server: yield* newServerName,
    connections: undefined,
    isPrompt: Function.constTrue
  })
})

/**
 * SQLite in WAL mode, migrated before use. `DATABASE_URL` names the file, by default `barista.sqlite` under `DATA_DIR`.
 */
export const layer = Layer.scoped(Database, make).pipe(Layer.provide(Reactivity.layer))
