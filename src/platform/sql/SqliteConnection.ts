import { Reactivity } from "@effect/experimental"
import type { SqlConnection, SqlError } from "@effect/sql"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { Duration, Effect, Exit, Runtime } from "effect"
import type { Connection } from "./ChangeConnection.ts"

/** Statements kept prepared, a connection: more than the product has, but for lists of any length in `IN (…)`. */
const preparedStatements = 500

/** For how long: one that could not be prepared, as in a moment when the disk failed, is kept as well, and refused until then. */
const preparedFor = Duration.minutes(1)

const none: ReadonlyArray<never> = []

const begins = /^BEGIN\b/i
const ends = /^(COMMIT|ROLLBACK)\b(?!\s+TO\b)/i

type Driver = SqlConnection.Connection
type Rows = ReadonlyArray<unknown>

/**
 * One connection to an SQLite file, of @effect/sql-sqlite-node. Its driver is synchronous: a statement keeps the event loop until it has ended,
 * and nothing can come between two calls of `run`, which answers at once how it ended.
 */
export class SqliteConnection implements Connection {
  readonly #driver: Driver
  readonly #runtime: Runtime.Runtime<never>
  #inTransaction = false

  private constructor(driver: Driver, runtime: Runtime.Runtime<never>) {
    this.#driver = driver
    this.#runtime = runtime
  }

  /** Opens a file, in WAL mode, until the scope closes; dies of a file that cannot be opened so. */
  static readonly open = Effect.fnUntraced(function*(filename: string, { readonly }: { readonly readonly: boolean }) {
    const client = yield* SqliteClient.make({
      filename,
      readonly,
      prepareCacheSize: preparedStatements,
      prepareCacheTTL: preparedFor
    }).pipe(Effect.provide(Reactivity.layer))
    return new SqliteConnection(yield* client.reserve, yield* Effect.runtime<never>())
  })

  /** Whether a transaction that `run` has begun is open: not where SQLite has ended it itself, as on a full disk. */
  get inTransaction(): boolean {
    return this.#inTransaction
  }

  /** Runs a statement; answers its rows. */
  run(sql: string, params: Rows = none): Exit.Exit<Rows, SqlError.SqlError> {
    const ended = this.#end(this.#driver.execute(sql, params, undefined))
    if (Exit.isFailure(ended)) this.#look()
    else if (begins.test(sql)) this.#inTransaction = true
    else if (ends.test(sql)) this.#inTransaction = false
    return ended
  }

  readonly execute = (sql: string, params: Rows) => this.#watch(this.#driver.execute(sql, params, undefined))

  readonly executeUnprepared = this.execute

  readonly executeRaw: Driver["executeRaw"] = (sql, params) => this.#watch(this.#driver.executeRaw(sql, params))

  readonly executeValues: Driver["executeValues"] = (sql, params) =>
    this.#watch(this.#driver.executeValues(sql, params))

  readonly executeStream: Driver["executeStream"] = (...statement) => this.#driver.executeStream(...statement)

  #end<A>(statement: Effect.Effect<A, SqlError.SqlError>): Exit.Exit<A, SqlError.SqlError> {
    return Runtime.runSyncExit(this.#runtime, statement)
  }

  #watch<A>(statement: Effect.Effect<A, SqlError.SqlError>): Effect.Effect<A, SqlError.SqlError> {
    return Effect.tapError(statement, () => Effect.sync(() => this.#look()))
  }

  /** After a failure: within a transaction none can begin, so where one can there was none any more. */
  #look(): void {
    if (!this.#inTransaction || Exit.isFailure(this.#end(this.#driver.execute("BEGIN", none, undefined)))) return
    this.#end(this.#driver.execute("ROLLBACK", none, undefined))
    this.#inTransaction = false
  }
}
