import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/**
 * Accepted background jobs, and every attempt at them. The workflow engine tracks the progress of runs in its own
 * tables. These tables record for people which jobs were accepted, how they ended, and why. Times are milliseconds
 * since the epoch.
 */
export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE jobs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      payload TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'succeeded', 'failed', 'cancelled')),
      run INTEGER NOT NULL,
      created_at BIGINT NOT NULL,
      due_at BIGINT NOT NULL,
      started_at BIGINT,
      finished_at BIGINT,
      cancel_requested_at BIGINT,
      error TEXT
    )`
  yield* sql`CREATE INDEX jobs_by_state ON jobs (state, id)`
  yield* sql`CREATE INDEX jobs_by_kind ON jobs (kind, id)`
  yield* sql`CREATE INDEX jobs_by_finish ON jobs (state, finished_at)`
  yield* sql`
    CREATE TABLE job_attempts (
      job_id INTEGER NOT NULL REFERENCES jobs (id),
      activity TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      run INTEGER NOT NULL,
      started_at BIGINT NOT NULL,
      ended_at BIGINT,
      outcome TEXT CHECK (outcome IN ('succeeded', 'failed', 'timed out', 'interrupted', 'lost', 'undone')),
      error TEXT,
      PRIMARY KEY (job_id, activity, attempt)
    )`
})
