import { Activity as DurableActivity } from "@effect/workflow"
import { Cause, type Context, Data, Effect, Exit, Option, Schema } from "effect"
import type { Policies } from "../../policy/Policies.ts"
import { PolicyTimeout } from "../../policy/PolicyTimeout.ts"
import { isTransient } from "../../policy/Transient.ts"
import { type Activity, type ActivityError, type JobContext, type JobId, undoing } from "./Job.ts"
import type { JobRow, JobStore } from "./JobStore.ts"
import type { Signals } from "./Signals.ts"
import { stubbornly } from "./stubbornly.ts"

/** An activity is over and did not succeed: for good, because its attempts are exhausted, or because its job was cancelled. */
export class ActivityFailed extends Schema.TaggedError<ActivityFailed>()("ActivityFailed", {
  activity: Schema.String,
  reason: Schema.Literal("permanent", "exhausted", "cancelled"),
  cause: Schema.String
}) {}

/** A defect of an activity: logged, and tried again, as what was accepted must not end by a fault of the server. */
class Unexpected extends Data.TaggedError("Unexpected")<{ readonly message: string }> {
  readonly transient = true
}

const messageOf = ({ _tag, message }: ActivityError) => (message === "" ? _tag : message)

export interface ActivityOptions {
  readonly store: Context.Tag.Service<JobStore>
  readonly policies: Context.Tag.Service<Policies>
  /** Raised when the end of a running job is asked for. */
  readonly cancellations: Signals<JobId>
  /** Raised by every change that somebody may want to see. */
  readonly changes: Signals<JobId>
  /** Closed once the server stops: those interrupted make room for others, which would begin only to be interrupted themselves. */
  readonly mayBegin: Effect.Latch
}

const contextOf = ({ created_at, id }: JobRow): JobContext => ({ id, createdAt: created_at })

/** One attempt, recorded from its beginning to its end. */
const attempt = (options: ActivityOptions, job: JobRow, activity: string, run: Effect.Effect<void, ActivityError>) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const { changes, mayBegin, store } = options
      yield* restore(mayBegin.await)
      const begun = yield* store.beginAttempt(job.run, { job_id: job.id, activity })
      if (Option.isNone(begun)) return
      yield* changes.raise(job.id)
      const exit = yield* Effect.exit(restore(Effect.catchAllDefect(run, (defect) =>
        Effect.zipRight(
          Effect.logError("an activity failed unexpectedly", Cause.die(defect)),
          Effect.fail(new Unexpected({ message: `unexpected: ${String(defect)}` }))
        ))))
      const error = Exit.isFailure(exit)
        ? Option.match(Cause.failureOption(exit.cause), { onNone: () => undefined, onSome: messageOf })
        : undefined
      const outcome = Exit.isSuccess(exit) ? "succeeded" : error === undefined ? "interrupted" : "failed"
      yield* store.endAttempt(begun.value, outcome, error)
      yield* changes.raise(job.id)
      yield* exit
    })
  )

/** The timeout of a policy interrupts the attempt, which then cannot say why it ended. */
const recordTimeout = ({ store }: ActivityOptions, job: JobRow, activity: string, error: ActivityError) =>
  error instanceof PolicyTimeout
    ? store.amendAttempt(job.id, activity, "timed out", error.message)
    : Effect.void

const failed = (activity: string) => (error: ActivityError) =>
  error instanceof ActivityFailed
    ? error
    : new ActivityFailed({
      activity,
      reason: isTransient(error) ? "exhausted" : "permanent",
      cause: messageOf(error)
    })

/** Fails when the end of the job is asked for, or was before. */
const cancellation = ({ cancellations, store }: ActivityOptions, job: JobRow, activity: string) =>
  Effect.gen(function*() {
    // listens before it looks, so that no request is missed in between
    const requested = yield* cancellations.subscribe(job.id)
    if (!(yield* store.isCancelRequested(job.id))) yield* requested
    return yield* new ActivityFailed({ activity, reason: "cancelled", cause: "cancelled" })
  }).pipe(Effect.scoped)

/**
 * An activity of a job as a durable activity of the engine: attempts under its policy, each recorded, until one succeeds, one fails for good,
 * they are exhausted, or the job is cancelled.
 */
export const perform = (options: ActivityOptions, job: JobRow, activity: Activity<unknown>) => {
  const { name, policy, run } = activity
  return DurableActivity.make({
    name,
    error: ActivityFailed,
    execute: options.policies.apply(policy)(
      attempt(options, job, name, run(job.payload, contextOf(job))),
      ({ error }) => recordTimeout(options, job, name, error)
    ).pipe(
      stubbornly,
      Effect.raceFirst(cancellation(options, job, name)),
      Effect.mapError(failed(name))
    )
  })
}

/**
 * Takes an activity back, under the same policy, where it has begun. It cannot be cancelled. Whether it succeeds or not, the job ends with the
 * failure that made it necessary; the record of attempts says what became of it.
 */
export const undo = (options: ActivityOptions, job: JobRow, activity: Activity<unknown>) => {
  const { name, policy, undo: takeBack } = activity
  if (takeBack === undefined) return Effect.void
  const undoName = undoing(name)
  return DurableActivity.make({
    name: undoName,
    execute: Effect.whenEffect(
      options.policies.apply(policy)(
        attempt(options, job, undoName, takeBack(job.payload, contextOf(job))),
        ({ error }) => recordTimeout(options, job, undoName, error)
      ),
      options.store.hasBegun(job.id, name)
    ).pipe(
      Effect.zipRight(options.store.forgetSuccess(job.id, [name, undoName])),
      stubbornly,
      Effect.catchAll((error) => Effect.logError("an activity could not be taken back", messageOf(error))),
      Effect.annotateLogs({ job: job.id, activity: name, kind: job.kind })
    )
  })
}
