// @effect/sql-sqlite-node 0.53.0 was used before. The library hides better-sqlite3's handle, so its busy timeout stays
// 5 s, in which a lock of another process stops the event loop. Nor does it tell whether a transaction is open. A fiber
// and a lookup in an asynchronous cache for each statement also cost a tenth of a profile page.
import { SqlClient, type SqlConnection, SqlError } from "@effect/sql"
import Sqlite from "better-sqlite3"
import { Context, Effect, Exit, Stream } from "effect"
import type { WriterConnection } from "../ChangeConnection.ts"

/**
 * Limit of prepared statements on a connection. The product has fewer, but `IN (…)` makes one for each length of its
 * list.
 */
const mostPrepared = 500

const none: ReadonlyArray<never> = []

type Parameters = ReadonlyArray<unknown>
type Rows = ReadonlyArray<unknown>
type Result<A> = Exit.Exit<A, SqlError.SqlError>

/**
 * One connection to an SQLite file. The driver is synchronous, so a statement holds the event loop until it ends. `run`
 * returns its result at once, so nothing comes between two calls. The connection never waits for a lock; `waitForLock`
 * does.
 */
export class SqliteConnection implements WriterConnection {
  readonly #database: Sqlite.Database
  readonly #prepared = new Map<string, Sqlite.Statement<Array<unknown>>>()
  /** Statements that currently return integers as bigint. */
  readonly #safe = new WeakSet<Sqlite.Statement<Array<unknown>>>()

  private constructor(database: Sqlite.Database) {
    this.#database = database
  }

  /** Opens a file until the scope closes. */
  static readonly open = (filename: string, { readonly }: { readonly readonly: boolean }) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.suspend(() => attempt(() => new Sqlite(filename, { readonly, timeout: 0 }))),
        (database) => Effect.sync(() => database.close())
      ),
      (database) => new SqliteConnection(database)
    )

  /** True while a transaction is open. SQLite may have ended it, as on a full disk. */
  get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  /** Runs a statement and returns its rows. */
  run(sql: string, parameters: Parameters = none): Result<Rows> {
    return attempt(() => this.#rows(this.#prepare(sql, false), parameters))
  }

  /** Runs a statement and returns each row as an array. Prepared each time, since few statements are run this way. */
  values(sql: string, parameters: Parameters = none): Result<ReadonlyArray<Rows>> {
    return attempt(() => {
      const statement = this.#database.prepare<Array<unknown>, Array<unknown>>(sql)
      if (statement.reader) return statement.raw().all(...parameters)
      statement.run(...parameters)
      return none
    })
  }

  readonly execute = (sql: string, parameters: Parameters) =>
    Effect.withFiberRuntime<Rows, SqlError.SqlError>(({ currentContext }) =>
      attempt(() => this.#rows(this.#prepare(sql, Context.get(currentContext, SqlClient.SafeIntegers)), parameters))
    )

  readonly executeUnprepared = this.execute

  readonly executeRaw = (sql: string, parameters: Parameters) =>
    Effect.suspend(() =>
      attempt<unknown>(() => {
        const statement = this.#prepare(sql, false)
        return statement.reader ? statement.all(...parameters) : statement.run(...parameters)
      })
    )

  readonly executeValues = (sql: string, parameters: Parameters) => Effect.suspend(() => this.values(sql, parameters))

  readonly executeStream: SqlConnection.Connection["executeStream"] = () =>
    Stream.dieMessage("SQLite statements cannot be streamed, because a stream would keep the lock")

  #rows(statement: Sqlite.Statement<Array<unknown>>, parameters: Parameters): Rows {
    if (statement.reader) return statement.all(...parameters)
    statement.run(...parameters)
    return none
  }

  #prepare(sql: string, safe: boolean): Sqlite.Statement<Array<unknown>> {
    const statement = this.#prepared.get(sql) ?? this.#keep(sql)
    if (safe !== this.#safe.has(statement)) {
      statement.safeIntegers(safe)
      if (safe) this.#safe.add(statement)
      else this.#safe.delete(statement)
    }
    return statement
  }

  /** Prepares a statement and keeps it. Beyond the limit, the oldest statement is dropped. */
  #keep(sql: string): Sqlite.Statement<Array<unknown>> {
    const statement = this.#database.prepare<Array<unknown>>(sql)
    const [oldest] = this.#prepared.keys()
    if (oldest !== undefined && this.#prepared.size >= mostPrepared) this.#prepared.delete(oldest)
    this.#prepared.set(sql, statement)
    return statement
  }
}

/** Calls the driver, and turns a thrown error into a failure. */
const attempt = <A>(call: () => A): Result<A> => {
  try {
    return Exit.succeed(call())
  } catch (cause) {
    return Exit.fail(new SqlError.SqlError({ cause, message: "Failed to execute statement" }))
  }
}
