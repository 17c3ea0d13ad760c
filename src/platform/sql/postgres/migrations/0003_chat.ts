import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/**
 * The servers of a database, and the chat that they share. Nothing here outlives the connections of clients, so the
 * tables are unlogged: after a crash of the database they are empty, and the next epoch begins. Logged ones, even with
 * `synchronous_commit = off`, would write 309 bytes of log a message instead of 8, and are no faster.
 */
export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE UNLOGGED TABLE nodes (id TEXT PRIMARY KEY, seen_at BIGINT NOT NULL, last_batch BIGINT NOT NULL)`
  yield* sql`
    CREATE UNLOGGED TABLE chat_counter (
      is_only BOOLEAN PRIMARY KEY DEFAULT true CHECK (is_only),
      last_id BIGINT NOT NULL,
      epoch TEXT NOT NULL
    )`
  yield* sql`
    CREATE UNLOGGED TABLE chat_events (
      id BIGINT PRIMARY KEY,
      event TEXT NOT NULL,
      member TEXT,
      time BIGINT NOT NULL
    )`
  yield* sql`
    CREATE UNLOGGED TABLE chat_members (member TEXT PRIMARY KEY, node TEXT NOT NULL, client_id BIGINT NOT NULL)`
  yield* sql`CREATE INDEX chat_members_by_node ON chat_members (node)`
  yield* sql`CREATE INDEX chat_members_by_client ON chat_members (client_id)`
})
