// The work of a server, and its takeover by the others, as the database shows them.
import { Clock, Duration, Effect } from "effect"
import { ask } from "../../harness/postgresClient.ts"
import { until } from "./until.ts"

/** Time for lost work to end, after which the round fails. */
const patience = Duration.minutes(1)

/** Open attempts, each with the shard of its job, whose lock has the server's process id in its address. */
const open = `job_attempts AS attempt
  JOIN cluster_messages AS message ON message.entity_id = attempt.job_id || '/' || attempt.run
  JOIN cluster_locks AS lock ON lock.shard_id = message.shard_id
  WHERE attempt.outcome IS NULL`

/** Returns the process id of the server that runs most, once one runs something. */
export const busiest = (url: string) =>
  until(
    Effect.map(
      ask(
        url,
        `SELECT split_part(lock.address, '/', 2)::int AS pid FROM ${open} GROUP BY pid ORDER BY COUNT(*) DESC LIMIT 1`
      ),
      ([row]) => row?.["pid"]
    ),
    (pid) => pid !== undefined
  )

/** Shards that a server holds. */
export const shardsOf = (url: string, pid: number) =>
  Effect.map(
    ask(url, `SELECT COUNT(*)::int AS shards FROM cluster_locks WHERE split_part(address, '/', 2) = '${pid}'`),
    ([row]) => Number(row?.["shards"])
  )

/**
 * Returns what a server ran at a moment, of which it has told no end. Ask soon after the moment, while the server still
 * has its locks.
 */
export const workOf = (url: string, pid: number, at: number) =>
  Effect.map(
    ask(
      url,
      `SELECT attempt.job_id || '/' || attempt.activity || '/' || attempt.attempt AS key FROM ${open}
       AND split_part(lock.address, '/', 2) = '${pid}' AND attempt.started_at <= ${at}`
    ),
    (rows) => rows.map(({ key }) => String(key))
  )

/** Waits until a server runs something. */
export const untilBusy = (url: string, pid: number) =>
  until(Effect.flatMap(Clock.currentTimeMillis, (now) => workOf(url, pid, now)), (work) => work.length > 0)

/**
 * Waits until work has ended, and returns the milliseconds from a moment to the last end, and how many attempts were
 * lost. A lost attempt ends at the moment at which the next one begins.
 */
export const takeover = (url: string, work: ReadonlyArray<string>, from: number) =>
  Effect.map(
    ask(
      url,
      `SELECT COUNT(*) FILTER (WHERE outcome = 'lost')::int AS lost,
       COUNT(*) FILTER (WHERE outcome IS NULL)::int AS open,
       (MAX(ended_at) - ${from})::int AS longest FROM job_attempts
     WHERE job_id || '/' || activity || '/' || attempt IN (${work.map((key) => `'${key}'`).join(",")})`
    ),
    ([row]) => ({
      lost: Number(row?.["lost"]),
      open: Number(row?.["open"]),
      longest: Number(row?.["longest"])
    })
  ).pipe(
    (question) => until(question, (row) => row.open === 0),
    Effect.timeout(patience)
  )
