import { SqlClient, type SqlConnection, SqlError } from "@effect/sql"
import { Context, Effect, Exit, type Fiber, Option, Stream } from "effect"
import { UndoneTransaction } from "./DatabaseUnavailable.ts"

/** A connection that changes are made on. */
export interface Connection extends SqlConnection.Connection {
  /** Whether a transaction is open: SQLite ends one itself that it cannot go on with, as on a full disk. */
  readonly inTransaction: boolean
}

/**
 * The connection as one change has it, or a transaction nested in the change. Where SQLite has undone the transaction, a further statement
 * fails: by itself it would be committed at once, or be part of another's change.
 */
export class ChangeConnection implements SqlConnection.Connection {
  readonly #connection: Connection
  readonly #change: ChangeConnection
  #hasEnded = false
  #turns: Effect.Semaphore | undefined

  constructor(connection: Connection, change?: ChangeConnection) {
    this.#connection = connection
    this.#change = change ?? this
  }

  /** The same change, for a transaction nested in this one. */
  nested(): ChangeConnection {
    return new ChangeConnection(this.#connection, this.#change)
  }

  /** The change has ended, and all that is nested in it. */
  end(): void {
    this.#change.#hasEnded = true
  }

  get isOver(): boolean {
    return this.#change.#hasEnded
  }

  /** The turns of the transactions nested directly in this one: savepoints are a stack, and two at once would undo one another. */
  get turns(): Effect.Semaphore {
    this.#turns ??= Effect.unsafeMakeSemaphore(1)
    return this.#turns
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

  #guard<A>(use: (connection: Connection) => Effect.Effect<A, SqlError.SqlError>) {
    return Effect.suspend(() => this.isOver || !this.#connection.inTransaction ? over : use(this.#connection))
  }
}

/** The failure of a statement of a transaction that is over. */
export const over = Exit.fail(
  new SqlError.SqlError({ cause: new UndoneTransaction(), message: "the transaction is over" })
)

/** Whether the change whose connection this is has ended. */
export const isOver = (connection: SqlConnection.Connection): boolean =>
  connection instanceof ChangeConnection && connection.isOver

/**
 * The change that a fiber is in, and how deep in its transactions. What is forked within a change and outlives it is in none: what that does
 * takes turns as any other change.
 */
export const currentChange = ({ currentContext }: Fiber.RuntimeFiber<unknown, unknown>) =>
  Option.filter(
    Context.getOption(currentContext, SqlClient.TransactionConnection),
    ([connection]) => !isOver(connection)
  )
