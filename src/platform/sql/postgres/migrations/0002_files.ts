import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/**
 * Uploaded files in chunks. A file is published with the row of its upload; only unpublished ones are swept. Chunks are
 * stored uncompressed, so that a part of one is read alone.
 */
export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE files (
      stored_as TEXT PRIMARY KEY,
      begun_at BIGINT NOT NULL,
      is_published BOOLEAN NOT NULL DEFAULT false
    )`
  yield* sql`CREATE INDEX files_unpublished ON files (begun_at) WHERE NOT is_published`
  yield* sql`
    CREATE TABLE file_chunks (
      stored_as TEXT NOT NULL REFERENCES files (stored_as) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      bytes BYTEA NOT NULL,
      PRIMARY KEY (stored_as, number)
    )`
  yield* sql`ALTER TABLE file_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL`
})
