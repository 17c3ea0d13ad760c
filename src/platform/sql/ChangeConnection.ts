import { SqlClient, type SqlConnection, SqlError } from "@effect/sql"
import { Context, Effect, Exit, type Fiber, Option, Stream } from "effect"
import { UndoneTransaction } from "./DatabaseUnavailable.ts"

/** A connection for changes. */
export interface WriterConnection extends SqlConnection.Connection {
  /**
   * True while a transaction is open. SQLite ends a transaction by itself if the transaction cannot continue, as on a
   * full disk.
   */
  readonly inTransaction: boolean
}

/**
 * The connection of one change, or of a transaction nested in the change. Once SQLite has undone the transaction,
 * further statements fail; otherwise a statement would commit at once, or become part of another change.
 */
export class ChangeConnection implements SqlConnection.Connection {
  readonly #connection: WriterConnection
  readonly #change: ChangeConnection
  readonly #afterCommit: Array<() => void> = []
  #hasEnded = false
  #permit: Effect.Semaphore | undefined

  constructor(connection: WriterConnection, change?: ChangeConnection) {
    this.#connection = connection
    this.#change = change ?? this
  }

  /** Makes the connection of a transaction nested in this one; both belong to the same change. */
  nested(): ChangeConnection {
    return new ChangeConnection(this.#connection, this.#change)
  }

  /** Ends the change, with all transactions nested in it. */
  end(): void {
    this.#change.#hasEnded = true
  }

  /** Runs a function once the change is committed. Changes on SQLite run none. */
  afterCommit(run: () => void): void {
    this.#change.#afterCommit.push(run)
  }

  /** Tells that the change is committed. */
  committed(): void {
    for (const run of this.#change.#afterCommit.splice(0)) run()
  }

  get isOver(): boolean {
    return this.#change.#hasEnded
  }

  /**
   * Lets transactions nested directly in this one run one at a time. Savepoints are a stack, so two at once would undo
   * each other.
   */
  get permit(): Effect.Semaphore {
    this.#permit ??= Effect.unsafeMakeSemaphore(1)
    return this.#permit
  }

  execute(...[sql, params, transformRows]: Parameters<SqlConnection.Connection["execute"]>) {
    return this.#guard((connection) => connection.execute(sql, params, transformRows))
  }

  executeUnprepared(...[sql, params, transformRows]: Parameters<SqlConnection.Connection["executeUnprepared"]>) {
    return this.#guard((connection) => connection.executeUnprepared(sql, params, transformRows))
  }

  executeRaw(sql: string, params: ReadonlyArray<unknown>) {
    return this.#guard((connection) => connection.executeRaw(sql, params))
  }

  executeValues(sql: string, params: ReadonlyArray<unknown>) {
    return this.#guard((connection) => connection.executeValues(sql, params))
  }

  executeStream(...[sql, params, transformRows]: Parameters<SqlConnection.Connection["executeStream"]>) {
    return Stream.unwrap(
      this.#guard((connection) => Effect.succeed(connection.executeStream(sql, params, transformRows)))
    )
  }

  #guard<A>(use: (connection: WriterConnection) => Effect.Effect<A, SqlError.SqlError>) {
    return Effect.suspend(() => this.isOver || !this.#connection.inTransaction ? over : use(this.#connection))
  }
}

/** Failure of a statement whose transaction is over. */
export const over = Exit.fail(
  new SqlError.SqlError({ cause: new UndoneTransaction(), message: "the transaction is over" })
)

/** True if the connection belongs to a change that has ended. */
export const isOver = (connection: SqlConnection.Connection): boolean =>
  connection instanceof ChangeConnection && connection.isOver

/**
 * Returns the change that a fiber runs in, and the depth of its transactions. A fiber that was forked within a change
 * and outlives it is in no change; its own changes wait in the queue.
 */
export const currentChange = ({ currentContext }: Fiber.RuntimeFiber<unknown, unknown>) =>
  Option.filter(
    Context.getOption(currentContext, SqlClient.TransactionConnection),
    ([connection]) => !isOver(connection)
  )
