import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/**
 * The server that makes an attempt, and jobs that one went on with after another. An SQLite file has one server at a
 * time, each start another. Times are milliseconds since the epoch.
 */
export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE job_attempts ADD COLUMN server TEXT`
  yield* sql`
    CREATE TABLE job_takeovers (
      id INTEGER PRIMARY KEY,
      job_id INTEGER NOT NULL REFERENCES jobs (id),
      run INTEGER NOT NULL,
      from_server TEXT NOT NULL,
      to_server TEXT NOT NULL,
      reason TEXT NOT NULL CHECK (reason IN ('silent', 'stopped', 'moved')),
      left_at BIGINT,
      resumed_at BIGINT NOT NULL
    )`
  yield* sql`CREATE INDEX job_takeovers_by_job ON job_takeovers (job_id)`
})
