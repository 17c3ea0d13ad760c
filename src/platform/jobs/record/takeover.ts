import type { SqlClient, SqlError } from "@effect/sql"
import { Clock, Duration, Effect, Schema } from "effect"
import type { JobId } from "../Job.ts"
import { enginePort, lockExpiration } from "./serverLocks.ts"

/**
 * Why a job goes on at another server. `silent`: the server before gave no sign of life. `stopped`: it stopped in
 * order. `moved`: the servers have shared out the jobs anew, as another one has come.
 */
export const TakeoverReason = Schema.Literal("silent", "stopped", "moved")
export type TakeoverReason = typeof TakeoverReason.Type

type Run = { readonly id: JobId; readonly run: number }

const expiration = Duration.toMillis(lockExpiration)

/**
 * Makes the record of a run that goes on here, if another server has made its last attempt; true if so. The run before
 * counts until the last sign of life of a silent server, and else until its last attempt ended.
 */
export const takingOver = (
  sql: SqlClient.SqlClient,
  server: string
): (run: Run) => Effect.Effect<boolean, SqlError.SqlError> => {
  /** All attempts of the run at its last server: a run has several activities at once, which end apart. */
  const last = ({ id, run }: Run) =>
    sql`(SELECT server, COUNT(*) - COUNT(outcome) AS open, MAX(ended_at) AS ended_at FROM job_attempts
      WHERE job_id = ${id} AND run = ${run} AND server = (
        SELECT server FROM job_attempts WHERE job_id = ${id} AND run = ${run}
        ORDER BY started_at DESC, attempt DESC LIMIT 1)
      GROUP BY server) AS last`
  const columns = sql.literal("job_id, run, from_server, to_server, reason, left_at, resumed_at")
  const isTaken = Effect.map((taken: ReadonlyArray<unknown>) => taken.length > 0)
  return sql.onDialectOrElse({
    pg: () => (run: Run) =>
      isTaken(sql`
        INSERT INTO job_takeovers (${columns})
        SELECT ${run.id}::bigint, ${run.run}::integer, name, ${server}::text, reason,
          CASE reason WHEN 'silent' THEN CASE WHEN is_silent THEN seen_at END ELSE ended_at END, now
        FROM (
          SELECT last.server AS name, last.ended_at, seen_at, now, seen_at < now - ${expiration}::bigint AS is_silent,
            CASE
              WHEN servers.id IS NULL OR servers.stopped_at IS NOT NULL THEN 'stopped'
              WHEN last.open > 0 OR seen_at IS NULL OR seen_at < now - ${expiration}::bigint THEN 'silent'
              ELSE 'moved'
            END AS reason
          FROM ${last(run)}
          LEFT JOIN servers ON servers.id = last.server
          LEFT JOIN (
            SELECT address, (extract(epoch FROM last_heartbeat) * 1000)::bigint AS seen_at FROM cluster_runners
          ) AS runners ON runners.address = last.server || ':' || ${enginePort}::integer
          CROSS JOIN (SELECT (extract(epoch FROM NOW()) * 1000)::bigint AS now) AS clock
          WHERE last.server <> ${server}
        ) AS found
        RETURNING id`),
    orElse: () => (run: Run) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        isTaken(sql`
          INSERT INTO job_takeovers (${columns})
          SELECT ${run.id}, ${run.run}, server, ${server}, CASE WHEN open > 0 THEN 'silent' ELSE 'stopped' END,
            ended_at, ${now}
          FROM ${last(run)} WHERE server <> ${server} RETURNING id`))
  })
}
