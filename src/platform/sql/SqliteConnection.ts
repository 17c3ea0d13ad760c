import { SqlClient, SqlError } from "@effect/sql"
import Sqlite from "better-sqlite3"
import { Context, Effect, Exit, Stream } from "effect"
import type { Connection } from "./ChangeConnection.ts"

/** Statements kept prepared, a connection: more than the product has, but for lists of any length in `IN (…)`. */
const preparedStatements = 500

interface Prepared {
  readonly statement: Sqlite.Statement
  /** Whether it is a query; the driver asks for another call for what is none. */
  readonly answersRows: boolean
  /** Whether its whole numbers are bigints. */
  bigints: boolean
}

const none: ReadonlyArray<never> = []

const rowsOf = ({ answersRows, statement }: Prepared, params: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
  if (answersRows) return statement.all(...params)
  statement.run(...params)
  return none
}

const valuesOf = (prepared: Prepared, params: ReadonlyArray<unknown>) => {
  const { answersRows, statement } = prepared
  if (!answersRows) return rowsOf(prepared, params).map(Array.of)
  try {
    return statement.raw(true).all(...params).map((row): ReadonlyArray<unknown> => Array.isArray(row) ? row : [row])
  } finally {
    statement.raw(false)
  }
}

const resultOf = ({ answersRows, statement }: Prepared, params: ReadonlyArray<unknown>): unknown =>
  answersRows ? statement.all(...params) : statement.run(...params)

/**
 * One connection to an SQLite file. The driver is synchronous: `run` keeps the event loop until the statement has ended, and nothing can come
 * between two calls of it. How a statement ended is a value.
 */
export class SqliteConnection implements Connection {
  readonly #database: Sqlite.Database
  /** By their text, the oldest first. */
  readonly #prepared = new Map<string, Prepared>()

  private constructor(database: Sqlite.Database) {
    this.#database = database
  }

  /** Opens a file, until the scope closes; dies of a file that cannot be opened so. */
  static readonly open = (filename: string, options: { readonly readonly: boolean }) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => new Sqlite(filename, options)),
        (database) => Effect.sync(() => database.close())
      ),
      (database) => new SqliteConnection(database)
    )

  get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  /** Runs a statement; answers its rows. */
  run(sql: string, params: ReadonlyArray<unknown> = none, bigints = false) {
    return this.#attempt(sql, params, bigints, rowsOf)
  }

  readonly execute = (sql: string, params: ReadonlyArray<unknown>) => this.#effect(sql, params, rowsOf)

  readonly executeUnprepared = this.execute

  readonly executeRaw = (sql: string, params: ReadonlyArray<unknown>) => this.#effect(sql, params, resultOf)

  readonly executeValues = (sql: string, params: ReadonlyArray<unknown>) => this.#effect(sql, params, valuesOf)

  readonly executeStream = () => Stream.dieMessage("a synchronous driver has its rows all at once")

  #effect<A>(
    sql: string,
    params: ReadonlyArray<unknown>,
    answer: (prepared: Prepared, params: ReadonlyArray<unknown>) => A
  ) {
    return Effect.withFiberRuntime<A, SqlError.SqlError>(({ currentContext }) =>
      this.#attempt(sql, params, Context.get(currentContext, SqlClient.SafeIntegers), answer)
    )
  }

  #attempt<A>(
    sql: string,
    params: ReadonlyArray<unknown>,
    bigints: boolean,
    answer: (prepared: Prepared, params: ReadonlyArray<unknown>) => A
  ): Exit.Exit<A, SqlError.SqlError> {
    try {
      const prepared = this.#prepare(sql)
      if (prepared.bigints !== bigints) {
        prepared.statement.safeIntegers(bigints)
        prepared.bigints = bigints
      }
      return Exit.succeed(answer(prepared, params))
    } catch (cause) {
      return Exit.fail(new SqlError.SqlError({ cause, message: "Failed to execute statement" }))
    }
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    const prepared = { statement, answersRows: statement.reader, bigints: false }
    for (const oldest of this.#prepared.keys()) {
      if (this.#prepared.size < preparedStatements) break
      this.#prepared.delete(oldest)
    }
    this.#prepared.set(sql, prepared)
    return prepared
  }
}
