import type { SqlError } from "@effect/sql"
import { Clock, Context, Duration, Effect, Layer, type Option, Schema } from "effect"
import { Database } from "../../sql/Database.ts"
import { orDefect } from "../../sql/orDefect.ts"
import * as Query from "../../sql/Query.ts"
import { locking, skippingLocked } from "../../sql/rowLocks.ts"
import { JobId, JobState } from "../Job.ts"
import { shortened } from "./AttemptsRepo.ts"
import { Claim, claiming } from "./Claim.ts"

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
const StartedJob = Schema.Struct({ ...JobRow.fields, ...Claim.fields, has_attempts: Schema.Int })
export type StartedJob = typeof StartedJob.Type

export interface Filter {
  readonly state: JobState | undefined
  readonly kind: string | undefined
  readonly limit: number
  /** Upper bound of ids, exclusive, as the list is newest first. */
  readonly after: number | undefined
}

type Change<I> = (request: I) => Effect.Effect<ReadonlyArray<unknown>, SqlError.SqlError>

const JobRun = JobRow.pick("id", "run")

const Counted = Schema.Struct({ n: Schema.Int })

/** The queries on the table `jobs`. A failure of the database is a defect. */
export class JobsRepo extends Context.Tag("barista/platform/jobs/JobsRepo")<JobsRepo, {
  /** Adds a job in the state `waiting`, due after the delay. */
  readonly add: (kind: string, payload: unknown, delay: Duration.Duration) => Effect.Effect<JobRow>
  readonly find: (id: JobId) => Effect.Effect<Option.Option<JobRow>>
  /** Finds a job whose state nobody else changes until the caller's transaction ends. */
  readonly findLocked: (id: JobId) => Effect.Effect<Option.Option<JobRow>>
  readonly page: (filter: Filter) => Effect.Effect<ReadonlyArray<JobRow>>
  /** True if there are at least `most` unfinished jobs. */
  readonly isFull: (most: number) => Effect.Effect<boolean>
  /** True if at least `most` jobs wait for the end of their delay. */
  readonly hasDelayed: (most: number) => Effect.Effect<boolean>
  readonly hasUnfinished: (kind: string) => Effect.Effect<boolean>
  /** Marks a run as running, by the next claim on it; `None` if the run is over, or another has begun. */
  readonly start: (id: JobId, run: number) => Effect.Effect<Option.Option<StartedJob>>
  /** Records the end of a run; `None` if the run has ended already. */
  readonly finish: (
    id: JobId,
    run: number,
    state: "succeeded" | "failed" | "cancelled",
    error: string | undefined
  ) => Effect.Effect<Option.Option<JobRow>>
  /** Requests the end of a running job; `None` if the job is not running. */
  readonly requestCancel: (id: JobId) => Effect.Effect<Option.Option<JobRow>>
  /** Returns a failed or cancelled job to `waiting`, as its next run; `None` for any other state. */
  readonly redrive: (id: JobId) => Effect.Effect<Option.Option<JobRow>>
  /** Lists unfinished jobs of these kinds, beyond an id, that the engine has no message for. */
  readonly stranded: (
    kinds: ReadonlyArray<string>,
    after: number,
    limit: number
  ) => Effect.Effect<ReadonlyArray<JobRow>>
  /**
   * Lists finished jobs beyond their retention, and locks them in the caller's transaction. Times are milliseconds
   * since the epoch.
   */
  readonly outdated: (
    limit: number,
    times: { readonly done: number; readonly dead: number }
  ) => Effect.Effect<ReadonlyArray<typeof JobRun.Type>>
  /** Removes a job, whose attempts must be removed before. */
  readonly remove: (id: JobId) => Effect.Effect<void>
}>() {
  static readonly layer = Layer.effect(
    JobsRepo,
    Effect.gen(function*() {
      const { reader, writer } = yield* Database
      const columns = writer
        .literal(
          "id, kind, payload, state, run, created_at, due_at, started_at, finished_at, cancel_requested_at, error"
        )

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

      const lockedRow = Query.findOne({
        Request: JobId,
        Result: JobRow,
        execute: (id) => writer`SELECT ${columns} FROM jobs WHERE id = ${id} ${locking(writer)}`
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
          } ORDER BY id DESC LIMIT ${limit} + 0`
      })

      /** A change of one job's state. Returns the changed job; `None` if the job's state does not allow the change. */
      const change = <A, I>(request: Schema.Schema<A, I>, execute: Change<I>) =>
        Query.findOne({ Request: request, Result: JobRow, execute })

      const finishing = change(
        Schema.Struct({
          id: JobId,
          run: Schema.Int,
          state: JobState,
          error: Schema.NullOr(Schema.String),
          now: Millis
        }),
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

      const { claim, set } = claiming(writer)
      const starting = Query.findOne({
        Request: Schema.Struct({ id: JobId, run: Schema.Int, now: Millis }),
        Result: StartedJob,
        execute: ({ id, now, run }) =>
          writer`
            UPDATE jobs SET state = 'running', started_at = COALESCE(started_at, ${now})${set}
            WHERE id = ${id} AND run = ${run} AND state IN ('waiting', 'running')
            RETURNING ${columns}, ${claim},
              CASE WHEN EXISTS (SELECT 1 FROM job_attempts WHERE job_id = jobs.id AND job_attempts.run = jobs.run)
                THEN 1 ELSE 0 END AS has_attempts`
      })

      const strandedRows = Query.findAll({
        Request: Schema.Struct({ after: Schema.Int, kinds: Schema.Array(Schema.String), limit: Schema.Int }),
        Result: JobRow,
        execute: ({ after, kinds, limit }) =>
          writer`
            SELECT ${columns} FROM jobs
            WHERE state IN ('waiting', 'running') AND id > ${after} AND ${writer.in("kind", kinds)} AND NOT EXISTS (
              SELECT 1 FROM cluster_messages
              WHERE entity_id = jobs.id || '/' || jobs.run AND entity_type = 'Workflow/JobRun' AND processed = FALSE)
            ORDER BY id LIMIT ${limit} + 0`
      })

      const unfinished = Query.single({
        Request: Schema.Int,
        Result: Counted,
        execute: (most) =>
          writer`SELECT COUNT(*) AS n FROM (
            SELECT 1 FROM jobs WHERE state IN ('waiting', 'running') LIMIT ${most} + 0) AS unfinished`
      })

      const delayed = Query.single({
        Request: Schema.Struct({ most: Schema.Int, now: Millis }),
        Result: Counted,
        execute: ({ most, now }) =>
          writer`SELECT COUNT(*) AS n FROM (
            SELECT 1 FROM jobs WHERE state = 'waiting' AND due_at > ${now} LIMIT ${most} + 0) AS delayed`
      })

      const outdatedRows = Query.findAll({
        Request: Schema.Struct({ dead: Millis, done: Millis, limit: Schema.Int }),
        Result: JobRun,
        execute: ({ dead, done, limit }) =>
          reader`
            SELECT id, run FROM jobs
            WHERE (state IN ('succeeded', 'cancelled') AND finished_at < ${done})
              OR (state = 'failed' AND finished_at < ${dead})
            LIMIT ${limit} + 0 ${skippingLocked(reader)}`
      })

      return {
        add: (kind, payload, delay) =>
          Effect.flatMap(Clock.currentTimeMillis, (created_at) => {
            const due_at = created_at + Duration.toMillis(delay)
            return orDefect(insert({ kind, payload, state: "waiting", run: 1, created_at, due_at }))
          }),
        find: (id) => orDefect(findOne(id)),
        findLocked: (id) => orDefect(lockedRow(id)),
        page: (filter) => orDefect(pageRows(filter)),
        isFull: (most) => Effect.map(orDefect(unfinished(most)), ({ n }) => n >= most),
        hasDelayed: (most) =>
          Effect.flatMap(
            Clock.currentTimeMillis,
            (now) => Effect.map(orDefect(delayed({ most, now })), ({ n }) => n >= most)
          ),
        hasUnfinished: (kind) =>
          orDefect(Effect.map(
            writer`SELECT 1 FROM jobs WHERE kind = ${kind} AND state IN ('waiting', 'running') LIMIT 1`,
            (rows) => rows.length > 0
          )),
        start: (id, run) => Effect.flatMap(Clock.currentTimeMillis, (now) => orDefect(starting({ id, run, now }))),
        finish: (id, run, state, error) =>
          Effect.flatMap(
            Clock.currentTimeMillis,
            (now) => orDefect(finishing({ id, run, state, error: error === undefined ? null : shortened(error), now }))
          ),
        requestCancel: (id) => Effect.flatMap(Clock.currentTimeMillis, (now) => orDefect(cancelling({ id, now }))),
        redrive: (id) => Effect.flatMap(Clock.currentTimeMillis, (now) => orDefect(redriving({ id, now }))),
        stranded: (kinds, after, limit) => orDefect(strandedRows({ kinds, after, limit })),
        outdated: (limit, times) => orDefect(outdatedRows({ limit, ...times })),
        remove: (id) => Effect.asVoid(orDefect(writer`DELETE FROM jobs WHERE id = ${id}`))
      }
    })
  )
}
