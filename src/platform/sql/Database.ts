import type { SqlClient, SqlError } from "@effect/sql"
import { Context, type Effect } from "effect"
import type { DatabaseCounters } from "./DatabaseCounters.ts"

/**
 * The database: one writing connection and one read-only connection on the same file.
 *
 * `reader` sees only what is committed and never waits for a transaction. Whatever belongs to a change goes through `writer`,
 * inside `transaction`, which begins immediate (no other writer can come between a read and the write that rests on it), commits
 * when the effect succeeds, and rolls back when it fails, dies, times out or is interrupted. Others are told of their commits only when it
 * has ended: it waits for statements, and for nothing else.
 */
export class Database extends Context.Tag("barista/platform/sql/Database")<Database, {
  readonly reader: SqlClient.SqlClient
  /** Statements that `reader` runs at once: a fiber for each of more would cost ten times what the statement does. */
  readonly readConcurrency: number
  readonly writer: SqlClient.SqlClient
  readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SqlError.SqlError, R>
  readonly counters: Readonly<DatabaseCounters>
}>() {}
