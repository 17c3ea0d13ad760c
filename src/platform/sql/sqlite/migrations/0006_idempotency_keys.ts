import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/** Answers to requests with an idempotency key, by caller and key. */
export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE idempotency_keys (
      scope TEXT NOT NULL,
      key TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      status INTEGER NOT NULL,
      headers TEXT NOT NULL,
      body TEXT,
      created_at BIGINT NOT NULL,
      PRIMARY KEY (scope, key)
    )`
  yield* sql`CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at)`
})
