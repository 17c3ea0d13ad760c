import type { SqlClient, SqlError } from "@effect/sql"
import { Duration, Effect, Predicate } from "effect"
import { Database } from "../sql/Database.ts"
import { StorageFull } from "./FileProblems.ts"

/** SQLSTATE `disk_full`. */
const diskFull = "53100"

/** Turns a full disk of the database into `StorageFull`. Any other failure is a defect. */
export const orStorageFull = <A>(effect: Effect.Effect<A, SqlError.SqlError>): Effect.Effect<A, StorageFull> =>
  Effect.catchAll(effect, (error) =>
    Predicate.hasProperty(error.cause, "code") && error.cause.code === diskFull
      ? Effect.fail(new StorageFull({ code: diskFull }))
      : Effect.die(error))

/** The database's clock, in milliseconds since the epoch. */
const now = (sql: SqlClient.SqlClient) => sql.literal("(extract(epoch FROM clock_timestamp()) * 1000)::bigint")

/**
 * Lets a statement's commit not wait for the disk. The commit that publishes the file waits, and the log is written in
 * order.
 */
const unsynced = (sql: SqlClient.SqlClient) => sql.literal("set_config('synchronous_commit', 'off', true)")

/** The statements on the tables `files` and `file_chunks` of PostgreSQL, one a method. */
export const make = Effect.map(Database, ({ reader, writer }) => ({
  begin: (storedAs: string) =>
    writer`INSERT INTO files (stored_as, begun_at) SELECT ${storedAs}::text, ${now(writer)} FROM ${unsynced(writer)}`,
  /** Fails if the file was swept meanwhile. */
  insert: (storedAs: string, number: number, bytes: Buffer) =>
    Effect.asVoid(writer`
      INSERT INTO file_chunks (stored_as, number, bytes)
      SELECT ${storedAs}::text, ${number}::int, ${bytes}::bytea FROM ${unsynced(writer)}`),
  /** Returns the files that were there. */
  publish: (names: ReadonlyArray<string>) =>
    writer<{ readonly stored_as: string }>`
      UPDATE files SET is_published = true WHERE ${writer.in("stored_as", names)} RETURNING stored_as`,
  delete: (storedAs: string) => Effect.asVoid(writer`DELETE FROM files WHERE stored_as = ${storedAs}`),
  /** Returns the sum of a file's chunks in bytes, without reading them; none if there is no file. */
  size: (storedAs: string) =>
    Effect.map(
      reader<{ readonly size: number }>`
        SELECT coalesce((SELECT sum(octet_length(bytes)) FROM file_chunks WHERE stored_as = files.stored_as), 0) AS size
        FROM files WHERE stored_as = ${storedAs}`,
      ([row]) => row?.size
    ),
  /** Returns bytes of a chunk from an offset on, the first being 0; of a chunk that is stored in whole, those alone. */
  read: (storedAs: string, number: number, { from, length }: { readonly from: number; readonly length: number }) =>
    Effect.map(
      reader<{ readonly bytes: Buffer }>`
        SELECT substring(bytes FROM ${from + 1}::int FOR ${length}::int) AS bytes
        FROM file_chunks WHERE stored_as = ${storedAs} AND number = ${number}`,
      ([row]) => row?.bytes ?? Buffer.alloc(0)
    ),
  /** Deletes some unpublished files that began longer ago than `age`; returns their number. */
  deleteAbandoned: (age: Duration.Duration, atMost: number) =>
    Effect.map(
      writer`
        DELETE FROM files WHERE stored_as IN (
          SELECT stored_as FROM files
          WHERE NOT is_published AND begun_at < ${now(writer)} - ${Duration.toMillis(age)}::bigint
          LIMIT ${atMost} + 0 FOR UPDATE SKIP LOCKED
        ) RETURNING stored_as`,
      (rows) => rows.length
    )
}))
