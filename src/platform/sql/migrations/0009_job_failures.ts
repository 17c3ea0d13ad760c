import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/**
 * Activities that have failed for good, a row a run of a job, which a start after a crash must not try again. Until this version only the
 * workflow engine's messages said so, and which activities were over. What the attempts do not say is carried over from there. Then the messages
 * are removed: the start makes one for each job that is not finished.
 */
export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE job_failures (
      job_id INTEGER NOT NULL REFERENCES jobs (id),
      run INTEGER NOT NULL,
      activity TEXT NOT NULL,
      reason TEXT NOT NULL CHECK (reason IN ('permanent', 'exhausted')),
      cause TEXT NOT NULL,
      PRIMARY KEY (job_id, run, activity)
    )`
  // the engine's tables are its own to make: an empty database has none yet, and one of before is always SQLite's
  const tables = yield* sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'cluster_messages'`
  if (tables.length === 0) return
  yield* sql`
    INSERT INTO job_failures (job_id, run, activity, reason, cause)
    SELECT jobs.id, jobs.run, failure ->> 'activity', failure ->> 'reason', failure ->> 'cause'
    FROM (
      SELECT message.entity_id, reply.payload -> '$.value.exit.cause.error' AS failure
      FROM cluster_messages AS message JOIN cluster_replies AS reply ON reply.request_id = message.id
      WHERE message.entity_type = 'Workflow/JobRun' AND message.tag = 'activity'
    ) AS activity
    JOIN cluster_messages AS request
      ON request.entity_id = activity.entity_id AND request.entity_type = 'Workflow/JobRun' AND request.tag = 'run'
    JOIN jobs ON jobs.id = request.payload ->> 'id' AND jobs.run = request.payload ->> 'run'
    WHERE failure ->> 'reason' IN ('permanent', 'exhausted') AND jobs.state IN ('waiting', 'running')`
  yield* sql`DELETE FROM cluster_replies`
  yield* sql`DELETE FROM cluster_messages`
})
