import { Clock, Context, Effect, Layer, Option, Schema } from "effect"
import { Database } from "../../sql/Database.ts"
import { orDefect } from "../../sql/orDefect.ts"
import * as Query from "../../sql/Query.ts"
import { JobId, Outcome } from "../Job.ts"
import { checkClaim, type Claim, type LostClaim } from "./Claim.ts"
import { takingOver } from "./takeover.ts"

const Millis = Schema.Int

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

/** Limit of attempts shown for one job; older ones are left out. */
const mostAttempts = 1000

/** Characters kept of an error. */
const longestError = 2000

/** Cuts an error to the length that is kept. PostgreSQL's texts have no NUL, which a mail server's reply may have. */
export const shortened = (error: string): string => error.slice(0, longestError).replaceAll("\0", "")

const RunKey = Schema.Struct({ job_id: JobId, run: Schema.Int })
const NewAttempt = Schema.Struct({ ...RunKey.fields, activity: Schema.String, now: Millis })

/** The queries on the tables `job_attempts` and `job_failures`. A failure of the database is a defect. */
export class AttemptsRepo extends Context.Tag("barista/platform/jobs/AttemptsRepo")<AttemptsRepo, {
  /** Lists the attempts at a job, oldest first. */
  readonly list: (job_id: JobId) => Effect.Effect<ReadonlyArray<AttemptRow>>
  /**
   * Begins the next attempt at an activity, and marks an attempt that a crash left open as `lost`. `None` if the
   * activity has succeeded and was not undone since.
   */
  readonly begin: (claim: Claim, activity: string) => Effect.Effect<Option.Option<AttemptKey>, LostClaim>
  /**
   * Fails if another server has started the run. No other one starts it until the caller's transaction ends, whose
   * changes therefore are made once.
   */
  readonly check: (claim: Claim) => Effect.Effect<void, LostClaim>
  /** Records that a run goes on here, if another server has made its last attempt; true if so. */
  readonly takeOver: (run: { readonly id: JobId; readonly run: number }) => Effect.Effect<boolean>
  /** True if an activity was ever attempted. */
  readonly hasBegun: (job_id: JobId, activity: string) => Effect.Effect<boolean>
  /**
   * Records the end of an attempt. False if another attempt has begun since; then the caller's transaction must
   * change nothing.
   */
  readonly end: (key: AttemptKey, outcome: Outcome, error?: string) => Effect.Effect<boolean>
  /** Marks the open attempts of a job as `lost`. */
  readonly loseOpen: (job_id: JobId) => Effect.Effect<void>
  /** Records that an activity of a run has failed for good. */
  readonly fail: (job_id: JobId, run: number, failure: ActivityFailure) => Effect.Effect<void>
  /** Reads the activities of a run that must not be retried. */
  readonly ends: (job_id: JobId, run: number) => Effect.Effect<Ends>
  /** Marks a success as `undone`, so that the job's next run repeats the activity. */
  readonly forgetSuccess: (job_id: JobId, activity: string) => Effect.Effect<void>
  /** Removes all records of a job's attempts, failures and takeovers. */
  readonly removeAll: (job_id: JobId) => Effect.Effect<void>
}>() {
  static readonly layer = Layer.effect(
    AttemptsRepo,
    Effect.gen(function*() {
      const { reader, server, transaction, writer } = yield* Database
      const columns = writer.literal("activity, attempt, run, started_at, ended_at, outcome, error")

      const rows = Query.findAll({
        Request: JobId,
        Result: AttemptRow,
        execute: (job_id) =>
          reader`SELECT ${columns} FROM job_attempts WHERE job_id = ${job_id}
            ORDER BY started_at DESC, attempt DESC LIMIT ${mostAttempts} + 0`
      })

      const check = checkClaim(writer)
      const takeOver = takingOver(writer, server)

      const insert = Query.findOne({
        Request: NewAttempt,
        Result: AttemptRow.pick("attempt"),
        execute: ({ activity, job_id, now, run }) =>
          writer`
            INSERT INTO job_attempts (job_id, activity, attempt, run, started_at, server)
            SELECT ${job_id}, ${activity}, COALESCE(MAX(attempt), 0) + 1, ${run}, ${now}, ${server}
            FROM job_attempts WHERE job_id = ${job_id} AND activity = ${activity}
            HAVING COUNT(CASE outcome WHEN 'succeeded' THEN 1 END) = 0
            RETURNING attempt`
      })

      const failures = Query.findAll({
        Request: RunKey,
        Result: ActivityFailure,
        execute: ({ job_id, run }) =>
          writer`SELECT activity, reason, cause FROM job_failures WHERE job_id = ${job_id} AND run = ${run}`
      })

      const undoneRows = Query.findAll({
        Request: RunKey,
        Result: AttemptRow.pick("activity"),
        execute: ({ job_id, run }) =>
          writer`
            SELECT DISTINCT activity FROM job_attempts
            WHERE job_id = ${job_id} AND run = ${run} AND outcome = 'undone'`
      })

      return {
        list: (job_id) => Effect.map(orDefect(rows(job_id)), (newestFirst) => newestFirst.toReversed()),
        check: (claim) => orDefect(check(claim)),
        takeOver: (run) => orDefect(takeOver(run)),
        begin: (claim, activity) =>
          orDefect(transaction(Effect.gen(function*() {
            const now = yield* Clock.currentTimeMillis
            const { id: job_id, run } = claim
            yield* check(claim)
            const inserted = yield* insert({ job_id, activity, run, now })
            if (Option.isNone(inserted)) return Option.none<AttemptKey>()
            const { attempt } = inserted.value
            if (attempt > 1) {
              yield* writer`UPDATE job_attempts SET outcome = 'lost', ended_at = ${now}
                WHERE job_id = ${job_id} AND activity = ${activity} AND attempt < ${attempt} AND outcome IS NULL`
            }
            return Option.some<AttemptKey>({ job_id, activity, attempt })
          }))),
        hasBegun: (job_id, activity) =>
          orDefect(Effect.map(
            writer`SELECT 1 FROM job_attempts WHERE job_id = ${job_id} AND activity = ${activity} LIMIT 1`,
            (found) => found.length > 0
          )),
        end: ({ activity, attempt, job_id }, outcome, error) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            orDefect(Effect.map(
              writer`
                UPDATE job_attempts SET outcome = ${outcome}, ended_at = ${now},
                  error = ${error === undefined ? null : shortened(error)}
                WHERE job_id = ${job_id} AND activity = ${activity} AND attempt = ${attempt} AND outcome IS NULL
                RETURNING attempt`,
              (ended) => ended.length > 0
            ))),
        loseOpen: (job_id) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            Effect.asVoid(orDefect(writer`
              UPDATE job_attempts SET outcome = 'lost', ended_at = ${now}
              WHERE job_id = ${job_id} AND outcome IS NULL`))),
        fail: (job_id, run, { activity, cause, reason }) =>
          Effect.asVoid(orDefect(writer`
            INSERT INTO job_failures (job_id, run, activity, reason, cause)
            VALUES (${job_id}, ${run}, ${activity}, ${reason}, ${shortened(cause)})
            ON CONFLICT (job_id, run, activity) DO NOTHING`)),
        ends: (job_id, run) =>
          orDefect(Effect.zipWith(failures({ job_id, run }), undoneRows({ job_id, run }), (failed, undone): Ends => ({
            failed: new Map(failed.map((failure) => [failure.activity, failure])),
            undone: new Set(undone.map(({ activity }) => activity))
          }))),
        forgetSuccess: (job_id, activity) =>
          Effect.asVoid(orDefect(writer`
            UPDATE job_attempts SET outcome = 'undone'
            WHERE job_id = ${job_id} AND activity = ${activity} AND outcome = 'succeeded'`)),
        removeAll: (job_id) =>
          orDefect(Effect.all([
            writer`DELETE FROM job_failures WHERE job_id = ${job_id}`,
            writer`DELETE FROM job_takeovers WHERE job_id = ${job_id}`,
            writer`DELETE FROM job_attempts WHERE job_id = ${job_id}`
          ], { concurrency: 1, discard: true }))
      }
    })
  )
}
