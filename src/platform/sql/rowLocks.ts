import type { SqlClient, SqlError, Statement } from "@effect/sql"
import { Effect } from "effect"

// The clauses by which the two databases differ. An SQLite transaction has the whole database, so it locks no rows.

/**
 * Locks rows until the transaction ends, by a SELECT that finds them in the order of their ids; otherwise two
 * transactions wait for each other. Does nothing on SQLite.
 */
export const lockRows = (
  sql: SqlClient.SqlClient,
  rows: () => Effect.Effect<unknown, SqlError.SqlError>
): Effect.Effect<void, SqlError.SqlError> =>
  sql.onDialectOrElse({ pg: () => Effect.asVoid(rows()), orElse: () => Effect.void })

/** Ends a SELECT that locks its rows and leaves out those that another transaction has. */
export const skippingLocked = (sql: SqlClient.SqlClient): Statement.Fragment =>
  sql.literal(sql.onDialectOrElse({ pg: () => "FOR UPDATE SKIP LOCKED", orElse: () => "" }))

/** Ends a SELECT that locks its rows, which keep their keys. */
export const locking = (sql: SqlClient.SqlClient): Statement.Fragment =>
  sql.literal(sql.onDialectOrElse({ pg: () => "FOR NO KEY UPDATE", orElse: () => "" }))
