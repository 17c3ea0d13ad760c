import type { SqlError } from "@effect/sql"
import { Clock, Context, Duration, Effect, Layer, Option, Schema } from "effect"
import { Database } from "../../sql/Database.ts"
import { orDefect } from "../../sql/orDefect.ts"
import * as Query from "../../sql/Query.ts"
import { JobId, JobState, Outcome } from "../Job.ts"

const Millis = Schema.Int

/** A payload as parsed JSON, or else its text, so that one unreadable job does not break a list. */
const Payload = Schema.Union(Schema.parseJson(Schema.Unknown), Schema.String)

/** A row of the table `jobs`. */
export const JobRow = Schema.Struct({
  id: JobId,
  kind: Schema.String,
  payload: Payload,
  state: JobState,
  /** Number of the run: 1, and one more for each retry by hand. */
  run: Schema.Int,
  created_at: Millis,
  due_at: Millis,
  started_at: Schema.NullOr(Millis),
  finished_at: Schema.NullOr(Millis),
  cancel_requested_at: Schema.NullOr(Millis),
  error: Schema.NullOr(Schema.String)
})
export type JobRow = typeof JobRow.Type

/** A job whose run begins, for the first time or again after a crash or a stop. */
const StartedJob = Schema.Struct({ ...JobRow.fields, has_attempts: Schema.Int })
export type StartedJob = typeof StartedJob.Type

/** A row of the table `job_attempts`. */
export const AttemptRow = Schema.Struct({
  activity: Schema.String,
  attempt: Schema.Int,
  run: Schema.Int,
  started_at: Millis,
  ended_at: Schema.NullOr(Millis),
  outcome: Schema.NullOr(Outcome),
  error: Schema.NullOr(Schema.String)
})
export type AttemptRow = typeof AttemptRow.Type

/** Key of an attempt. */
export interface AttemptKey {
  readonly job_id: JobId
  readonly activity: string
  readonly attempt: number
}

/** An activity of a run that has failed for good. */
export const ActivityFailure = Schema.Struct({
  activity: Schema.String,
  reason: Schema.Literal("permanent", "exhausted"),
  cause: Schema.String
})
export type ActivityFailure = typeof ActivityFailure.Type

/** Activities of a run that must not be retried, by their recorded names. */
export interface Ends {
  readonly failed: ReadonlyMap<string, ActivityFailure>
  readonly undone: ReadonlySet<string>
}

export interface Filter {
  readonly state: JobState | undefined
  readonly kind: string | undefined
  readonly limit: number
  /** Upper bound of ids, exclusive, as the list is newest first. */
  readonly after: number | undefined
}

/** Limit of attempts shown for one job; older ones are left out. */
const mostAttempts = 1000

/** Characters kept of an error. */
const longestError = 2000

const shortened = (error: string): string => error.slice(0, longestError)

/** Limit of jobs counted in one state; a count at the limit means "at least". */
const mostCounted = 10_000

type Change<I> = (request: I) => Effect.Effect<ReadonlyArray<unknown>, SqlError.SqlError>

const RunKey = Schema.Struct({ id: JobId, run: Schema.Int })

const make = Effect.gen(function*() {
  const { reader, transaction, writer } = yield* Database
  const columns = writer
    .literal("id, kind, payload, state, run, created_at, due_at, started_at, finished_at, cancel_requested_at, error")
  const attemptColumns = writer.literal("activity, attempt, run, started_at, ended_at, outcome, error")

  const insert = Query.single({
    Request: JobRow.pick("kind", "payload", "state", "run", "created_at", "due_at"),
    Result: JobRow,
    execute: (row) => writer`INSERT INTO jobs ${writer.insert(row)} RETURNING ${columns}`
  })

  const findOne = Query.findOne({
    Request: JobId,
    Result: JobRow,
    execute: (id) => reader`SELECT ${columns} FROM jobs WHERE id = ${id}`
  })

  const pageRows = Query.findAll({
    Request: Schema.Struct({
      state: Schema.UndefinedOr(JobState),
      kind: Schema.UndefinedOr(Schema.String),
      limit: Schema.Int,
      after: Schema.UndefinedOr(Schema.Int)
    }),
    Result: JobRow,
    execute: ({ after, kind, limit, state }) =>
      reader`SELECT ${columns} FROM jobs WHERE ${
        reader.and([
          ...(state === undefined ? [] : [reader`state = ${state}`]),
          ...(kind === undefined ? [] : [reader`kind = ${kind}`]),
          ...(after === undefined ? [] : [reader`id < ${after}`])
        ])
      } ORDER BY id DESC LIMIT ${limit}`
  })

  const attemptRows = Query.findAll({
    Request: JobId,
    Result: AttemptRow,
    execute: (id) =>
      reader`SELECT ${attemptColumns} FROM job_attempts WHERE job_id = ${id}
        ORDER BY started_at DESC, attempt DESC LIMIT ${mostAttempts}`
  })

  /** A change of one job's state. Returns the changed job; `None` if the job's state does not allow the change. */
  const change = <A, I>(request: Schema.Schema<A, I>, execute: Change<I>) =>
    Query.findOne({ Request: request, Result: JobRow, execute })

  const finishing = change(
    Schema.Struct({ id: JobId, run: Schema.Int, state: JobState, error: Schema.NullOr(Schema.String), now: Millis }),
    ({ error, id, now, run, state }) =>
      writer`
        UPDATE jobs SET state = ${state}, finished_at = ${now}, error = ${error}
        WHERE id = ${id} AND run = ${run} AND state IN ('waiting', 'running') RETURNING ${columns}`
  )

  const cancelling = change(Schema.Struct({ id: JobId, now: Millis }), ({ id, now }) =>
    writer`
      UPDATE jobs SET cancel_requested_at = COALESCE(cancel_requested_at, ${now})
      WHERE id = ${id} AND state = 'running' RETURNING ${columns}`)

  const redriving = change(Schema.Struct({ id: JobId, now: Millis }), ({ id, now }) =>
    writer`
      UPDATE jobs SET state = 'waiting', run = run + 1, due_at = ${now},
        started_at = NULL, finished_at = NULL, cancel_requested_at = NULL, error = NULL
      WHERE id = ${id} AND state IN ('failed', 'cancelled') RETURNING ${columns}`)

  const starting = Query.findOne({
    Request: Schema.Struct({ id: JobId, run: Schema.Int, now: Millis }),
    Result: StartedJob,
    execute: ({ id, now, run }) =>
      writer`
        UPDATE jobs SET state = 'running', started_at = COALESCE(started_at, ${now})
        WHERE id = ${id} AND run = ${run} AND state IN ('waiting', 'running')
        RETURNING ${columns},
          EXISTS (SELECT 1 FROM job_attempts WHERE job_id = jobs.id AND job_attempts.run = jobs.run) AS has_attempts`
  })

  const strandedRows = Query.findAll({
    Request: Schema.Struct({ after: Schema.Int, kinds: Schema.Array(Schema.String), limit: Schema.Int }),
    Result: JobRow,
    execute: ({ after, kinds, limit }) =>
      writer`
        SELECT ${columns} FROM jobs
        WHERE state IN ('waiting', 'running') AND id > ${after} AND ${writer.in("kind", kinds)} AND NOT EXISTS (
          SELECT 1 FROM cluster_messages
          WHERE entity_id = jobs.id || '/' || jobs.run AND entity_type = 'Workflow/JobRun' AND processed = 0)
        ORDER BY id LIMIT ${limit}`
  })

  const failureRows = Query.findAll({
    Request: RunKey,
    Result: ActivityFailure,
    execute: ({ id, run }) =>
      writer`SELECT activity, reason, cause FROM job_failures WHERE job_id = ${id} AND run = ${run}`
  })

  const undoneRows = Query.findAll({
    Request: RunKey,
    Result: AttemptRow.pick("activity"),
    execute: ({ id, run }) =>
      writer`
        SELECT DISTINCT activity FROM job_attempts WHERE job_id = ${id} AND run = ${run} AND outcome = 'undone'`
  })

  const countRows = Query.findAll({
    Request: JobState,
    Result: Schema.Struct({ kind: Schema.String, jobs: Schema.Int }),
    execute: (state) =>
      reader`
        SELECT kind, COUNT(*) AS jobs FROM (SELECT kind FROM jobs WHERE state = ${state} LIMIT ${mostCounted})
        GROUP BY kind`
  })

  return {
    /** Adds a job in the state `waiting`, due after the delay. */
    add: (kind: string, payload: unknown, delay: Duration.Duration) =>
      Effect.flatMap(Clock.currentTimeMillis, (created_at) => {
        const due_at = created_at + Duration.toMillis(delay)
        return orDefect(insert({ kind, payload, state: "waiting", run: 1, created_at, due_at }))
      }),

    find: (id: JobId) => orDefect(findOne(id)),

    page: (filter: Filter) => orDefect(pageRows(filter)),

    /** Lists the attempts at a job, oldest first. */
    attempts: (id: JobId) => Effect.map(orDefect(attemptRows(id)), (rows) => rows.toReversed()),

    /** True if there are at least `most` unfinished jobs. */
    isFull: (most: number) =>
      orDefect(Effect.map(
        writer<{ n: number }>`SELECT COUNT(*) AS n FROM (
          SELECT 1 FROM jobs WHERE state IN ('waiting', 'running') LIMIT ${most})`,
        ([row]) => (row?.n ?? 0) >= most
      )),

    /** True if at least `most` jobs wait for the end of their delay. */
    hasDelayed: (most: number) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        orDefect(Effect.map(
          writer<{ n: number }>`SELECT COUNT(*) AS n FROM (
            SELECT 1 FROM jobs WHERE state = 'waiting' AND due_at > ${now} LIMIT ${most})`,
          ([row]) => (row?.n ?? 0) >= most
        ))),

    hasUnfinished: (kind: string) =>
      orDefect(Effect.map(
        writer`SELECT 1 FROM jobs WHERE kind = ${kind} AND state IN ('waiting', 'running') LIMIT 1`,
        (rows) => rows.length > 0
      )),

    /** Marks a run as running; `None` if the run is over, or another has begun. */
    start: (id: JobId, run: number) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => orDefect(starting({ id, run, now }))),

    /** Records the end of a run; `None` if the run has ended already. */
    finish: (id: JobId, run: number, state: "succeeded" | "failed" | "cancelled", error: string | undefined) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => orDefect(finishing({ id, run, state, error: error === undefined ? null : shortened(error), now }))
      ),

    /** Requests the end of a running job; `None` if the job is not running. */
    requestCancel: (id: JobId) => Effect.flatMap(Clock.currentTimeMillis, (now) => orDefect(cancelling({ id, now }))),

    /** Returns a failed or cancelled job to `waiting`, as its next run; `None` for any other state. */
    redrive: (id: JobId) => Effect.flatMap(Clock.currentTimeMillis, (now) => orDefect(redriving({ id, now }))),

    /** Lists unfinished jobs of these kinds, beyond an id, that the engine has no message for. */
    stranded: (kinds: ReadonlyArray<string>, after: number, limit: number) =>
      orDefect(strandedRows({ kinds, after, limit })),

    /** Counts the jobs of a state by kind, at most ten thousand. */
    count: (state: JobState) => orDefect(countRows(state)),

    /**
     * Begins the next attempt at an activity, and marks an attempt that a crash left open as `lost`. `None` if the
     * activity has succeeded and was not undone since.
     */
    beginAttempt: (run: number, key: Omit<AttemptKey, "attempt">) =>
      orDefect(transaction(Effect.gen(function*() {
        const { activity, job_id } = key
        const now = yield* Clock.currentTimeMillis
        const [row] = yield* writer<{ attempt: number }>`
          INSERT INTO job_attempts (job_id, activity, attempt, run, started_at)
          SELECT ${job_id}, ${activity}, COALESCE(MAX(attempt), 0) + 1, ${run}, ${now}
          FROM job_attempts WHERE job_id = ${job_id} AND activity = ${activity}
          HAVING COUNT(CASE outcome WHEN 'succeeded' THEN 1 END) = 0
          RETURNING attempt`
        if (row === undefined) return Option.none<AttemptKey>()
        const { attempt } = row
        if (attempt > 1) {
          yield* writer`UPDATE job_attempts SET outcome = 'lost', ended_at = ${now}
            WHERE job_id = ${job_id} AND activity = ${activity} AND attempt < ${attempt} AND outcome IS NULL`
        }
        return Option.some<AttemptKey>({ ...key, attempt })
      }))),

    /** True if an activity was ever attempted. */
    hasBegun: (job_id: JobId, activity: string) =>
      orDefect(Effect.map(
        writer`SELECT 1 FROM job_attempts WHERE job_id = ${job_id} AND activity = ${activity} LIMIT 1`,
        (rows) => rows.length > 0
      )),

    /**
     * Records the end of an attempt. False if another attempt has begun since; then the caller's transaction must
     * change nothing.
     */
    endAttempt: ({ activity, attempt, job_id }: AttemptKey, outcome: Outcome, error?: string) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        orDefect(Effect.map(
          writer`
            UPDATE job_attempts SET outcome = ${outcome}, ended_at = ${now},
              error = ${error === undefined ? null : shortened(error)}
            WHERE job_id = ${job_id} AND activity = ${activity} AND attempt = ${attempt} AND outcome IS NULL
            RETURNING attempt`,
          (rows) => rows.length > 0
        ))),

    /** Marks the open attempts of a job as `lost`. */
    loseAttempts: (job_id: JobId) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        orDefect(writer`
          UPDATE job_attempts SET outcome = 'lost', ended_at = ${now} WHERE job_id = ${job_id} AND outcome IS NULL`)),

    /** Records that an activity of a run has failed for good. */
    fail: (job_id: JobId, run: number, { activity, cause, reason }: ActivityFailure) =>
      orDefect(writer`
        INSERT INTO job_failures (job_id, run, activity, reason, cause)
        VALUES (${job_id}, ${run}, ${activity}, ${reason}, ${shortened(cause)})
        ON CONFLICT (job_id, run, activity) DO NOTHING`),

    /** Reads the activities of a run that must not be retried. */
    ends: (id: JobId, run: number) =>
      orDefect(Effect.zipWith(failureRows({ id, run }), undoneRows({ id, run }), (failed, undone): Ends => ({
        failed: new Map(failed.map((failure) => [failure.activity, failure])),
        undone: new Set(undone.map(({ activity }) => activity))
      }))),

    /** Lists finished jobs beyond their retention; times are milliseconds since the epoch. */
    outdated: (limit: number, { dead, done }: { readonly done: number; readonly dead: number }) =>
      orDefect(Effect.flatMap(
        reader`
          SELECT id, run FROM jobs
          WHERE (state IN ('succeeded', 'cancelled') AND finished_at < ${done})
            OR (state = 'failed' AND finished_at < ${dead})
          LIMIT ${limit}`,
        Schema.decodeUnknown(Schema.Array(JobRow.pick("id", "run")))
      )),

    remove: (id: JobId) =>
      orDefect(Effect.all([
        writer`DELETE FROM job_failures WHERE job_id = ${id}`,
        writer`DELETE FROM job_attempts WHERE job_id = ${id}`,
        writer`DELETE FROM jobs WHERE id = ${id}`
      ], { concurrency: 1, discard: true })),

    /** Marks a success as `undone`, so that the job's next run repeats the activity. */
    forgetSuccess: (job_id: JobId, activity: string) =>
      orDefect(writer`UPDATE job_attempts SET outcome = 'undone'
        WHERE job_id = ${job_id} AND activity = ${activity} AND outcome = 'succeeded'`)
  }
})

/** The tables `jobs`, `job_attempts` and `job_failures`. A failure of the database is a defect. */
export class JobsRepo extends Context.Tag("barista/platform/jobs/JobsRepo")<
  JobsRepo,
  Effect.Effect.Success<typeof make>
>() {
  static readonly layer = Layer.effect(JobsRepo, make)
}
