import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/**
 * Activities that have failed for good, one row for each run of a job. The rows keep a start after a crash from
 * retrying those activities. Earlier versions kept these failures, and the ends of activities, only in the workflow
 * engine's messages. The migration copies failures that the attempts do not show. Then the messages are removed; the
 * start makes a new one for each unfinished job.
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
  // The engine makes its own tables, so an empty database has none yet. An older database is always SQLite's.
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
