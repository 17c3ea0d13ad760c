import { type Duration, Effect, Either, ParseResult, Schema } from "effect"
import { Id, idFromText } from "../../domain/Ids.ts"
import type { PolicyName } from "../../policy/Policies.ts"
import { decoder } from "../codec/Codec.ts"

const idDescription = "Id of a job, 1 to 2^53-1"

export const JobId = Id.pipe(Schema.brand("JobId")).annotations({ identifier: "JobId", description: idDescription })
export type JobId = typeof JobId.Type
export const JobIdFromText = idFromText(JobId, idDescription)

/**
 * State of a job: `waiting` until its first activity begins, `running` until the last one has ended, retries and
 * compensation included. `failed` is the dead letter, after exhausted attempts or a permanent failure; a failed job can
 * be retried by hand.
 */
export const JobState = Schema.Literal("waiting", "running", "succeeded", "failed", "cancelled")
export type JobState = typeof JobState.Type

/**
 * Outcome of an attempt. `lost` means that a crash or a database fault kept the end from being recorded. `undone` marks
 * a success that was compensated, and the compensation itself; neither counts when the job is retried.
 */
export const Outcome = Schema.Literal("succeeded", "failed", "timed out", "interrupted", "lost", "undone")
export type Outcome = typeof Outcome.Type

/** Name and payload schema of a kind of job, enough to enqueue one. */
export interface JobType<Payload, Encoded> {
  readonly name: string
  readonly payload: Schema.Schema<Payload, Encoded>
}

export const type = <Payload, Encoded>(
  name: string,
  payload: Schema.Schema<Payload, Encoded>
): JobType<Payload, Encoded> => ({ name, payload })

/** Facts about its job that an activity gets. */
export interface JobContext {
  readonly id: JobId
  /** Milliseconds since the epoch. Id and creation time together identify the job even beyond this database. */
  readonly createdAt: number
}

/** Failure of an activity. A failure marked as `transient` is retried, any other is permanent. */
export interface ActivityError {
  readonly _tag: string
  readonly message: string
}

type Work<Payload> = (payload: Payload, job: JobContext) => Effect.Effect<void, ActivityError>

/** A part of a job. Its named policy retries transient failures. */
export interface Activity<Payload> {
  readonly name: string
  readonly policy: PolicyName
  /**
   * Works outside of the database, at least once: a crash may come between its effect and the record. The effect must
   * therefore be repeatable.
   */
  readonly run: Work<Payload>
  /**
   * Changes the database after `run`, in one transaction with the record of the success, so exactly once. The change
   * may wait only for statements.
   */
  readonly commit?: Work<Payload>
  /**
   * Compensates in the database for `run` and `commit`, in one transaction with the record of the compensation. Runs
   * even if `run` or `commit` failed or was interrupted, since either may have had an effect. Called when an activity
   * of the job has failed for good, or the job is cancelled.
   */
  readonly undo?: Work<Payload>
}

/** An activity of one job, with its payload bound. */
export interface BoundActivity {
  readonly name: string
  readonly policy: PolicyName
  readonly run: Effect.Effect<void, ActivityError>
  readonly commit: Effect.Effect<void, ActivityError>
  readonly undo: Effect.Effect<void, ActivityError> | undefined
}

/** A kind of job as the engine runs it. */
export interface JobKind {
  readonly name: string
  /** Names of the kind's activities. */
  readonly activities: ReadonlyArray<string>
  /**
   * Makes the activities of one job from its stored JSON payload. Returns the reason as text if this version of the
   * server cannot read the payload.
   */
  readonly steps: (payload: unknown, job: JobContext) => Either.Either<ReadonlyArray<BoundActivity>, string>
  /** Interval of a recurring kind. The transaction that ends a job enqueues the next one, due after the interval. */
  readonly every?: Duration.Duration
}

/** Makes the kind of a type. Its activities run concurrently and independently. */
export const kind = <Payload, Encoded>(
  type: JobType<Payload, Encoded>,
  activities: ReadonlyArray<Activity<Payload>>,
  options: { readonly every?: Duration.Duration } = {}
): JobKind => {
  const decode = decoder(type.payload)
  return {
    name: type.name,
    activities: activities.map(({ name }) => name),
    steps: (payload, job) =>
      Either.mapBoth(decode(payload), {
        onLeft: ParseResult.TreeFormatter.formatIssueSync,
        onRight: (decoded) =>
          activities.map(({ commit, name, policy, run, undo }): BoundActivity => ({
            name,
            policy,
            run: Effect.suspend(() => run(decoded, job)),
            commit: commit === undefined ? Effect.void : Effect.suspend(() => commit(decoded, job)),
            undo: undo && Effect.suspend(() => undo(decoded, job))
          }))
      }),
    ...options
  }
}

/** Names the record of attempts to undo an activity. */
export const undoing = (activity: string): string => `undo ${activity}`
