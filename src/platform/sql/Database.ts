import type { SqlClient, SqlError } from "@effect/sql"
import { Context, type Effect } from "effect"
import type { DatabaseCounters } from "./DatabaseCounters.ts"

/**
 * The database: one writing connection and one read-only connection on the same file.
 *
 * `reader` sees only committed data and never waits for a transaction. A change uses `writer` inside `transaction`.
 * Transactions begin immediate, so that no other writer comes between a read and the write based on the read. A
 * transaction commits if its effect succeeds, and rolls back if the effect fails, dies, times out or is interrupted.
 * Inside a transaction wait for statements only, because other changes share the commit.
 */
export class Database extends Context.Tag("barista/platform/sql/Database")<Database, {
  readonly reader: SqlClient.SqlClient
  /** Statements that `reader` runs at once. A fiber for each further statement would cost ten times the statement. */
  readonly readConcurrency: number
  readonly writer: SqlClient.SqlClient
  readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SqlError.SqlError, R>
  readonly counters: Readonly<DatabaseCounters>
}>() {}
