import type { SqlClient, SqlError } from "@effect/sql"
import { Context, type Effect } from "effect"
import type { DatabaseCounters } from "./DatabaseCounters.ts"

/** Connections to a database server: in use, idle, and fibers that wait for one. */
export interface Connections {
  readonly used: number
  readonly idle: number
  readonly waiting: number
}

/**
 * The database: an SQLite file with one writing and one read-only connection, or a PostgreSQL database with a pool.
 *
 * `reader` sees only committed data and never waits for a transaction; within a transaction it sees that one's changes.
 * A change uses `writer` inside `transaction`. A transaction commits if its effect succeeds, and rolls back if the
 * effect fails, dies, times out or is interrupted.
 *
 * On SQLite transactions begin immediate, so that no other writer comes between a read and the write based on the read.
 * Inside one wait for statements only, because other changes share the commit. On PostgreSQL they are READ COMMITTED:
 * rows are locked before a write is based on them, in the order of their ids, and a conflict repeats the whole effect.
 */
export class Database extends Context.Tag("barista/platform/sql/Database")<Database, {
  readonly reader: SqlClient.SqlClient
  /**
   * Statements that `reader` runs at once. On SQLite 1: a fiber for each further statement would cost ten times the
   * statement.
   */
  readonly readConcurrency: number
  readonly writer: SqlClient.SqlClient
  readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SqlError.SqlError, R>
  /**
   * Runs reads that see one state, on PostgreSQL. On SQLite each statement sees its own, and rows come in the order of
   * their ids, so no long read keeps the log from being restarted.
   */
  readonly snapshot: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SqlError.SqlError, R>
  /**
   * Runs an effect while no other server runs one on the same database: work of a start that must be done once. Waits
   * without a limit, and must not be nested.
   */
  readonly exclusively: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SqlError.SqlError, R>
  readonly counters: Readonly<DatabaseCounters>
  /** The name by which the other servers of the database know this one. */
  readonly server: string
  /** Connections to the server; undefined on SQLite. */
  readonly connections: (() => Connections) | undefined
  /** True while the database answers within a second; on SQLite always. Asks nothing by itself. */
  readonly isPrompt: () => boolean
}>() {}
