import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/** Uploads: the name that the client gave, and the random name on disk. */
export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE uploads (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      filename TEXT NOT NULL,
      content_type TEXT NOT NULL,
      size BIGINT NOT NULL,
      sha256 TEXT NOT NULL,
      stored_as TEXT NOT NULL UNIQUE,
      created_at BIGINT NOT NULL
    )`
})
