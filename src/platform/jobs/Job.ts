import { type Duration, Effect, Either, ParseResult, Schema } from "effect"
import { Id, idFromText } from "../../domain/Ids.ts"
import type { PolicyName } from "../../policy/Policies.ts"
import { decoder } from "../codec/Codec.ts"

const idDescription = "Id of a job, 1 to 2^53-1"

export const JobId = Id.pipe(Schema.brand("JobId")).annotations({ identifier: "JobId", description: idDescription })
export type JobId = typeof JobId.Type
export const JobIdFromText = idFromText(JobId, idDescription)

/**
 * `waiting` until its first activity begins, `running` until the last one has ended, retries and compensation included. `failed` is the dead
 * letter: its attempts are exhausted or its failure is permanent; it can be tried again.
 */
export const JobState = Schema.Literal("waiting", "running", "succeeded", "failed", "cancelled")
export type JobState = typeof JobState.Type

/**
 * How an attempt ended. `lost` is one whose end could not be recorded: a crash of the process, or a fault of the database, cut it off. `undone`
 * is a success that was taken back, and the taking back itself: neither counts when the job is tried again.
 */
export const Outcome = Schema.Literal("succeeded", "failed", "timed out", "interrupted", "lost", "undone")
export type Outcome = typeof Outcome.Type

/** The name of a kind of job and the form of its payload: what is needed to ask for one. */
export interface JobType<Payload, Encoded> {
  readonly name: string
  readonly payload: Schema.Schema<Payload, Encoded>
}

export const type = <Payload, Encoded>(
  name: string,
  payload: Schema.Schema<Payload, Encoded>
): JobType<Payload, Encoded> => ({ name, payload })

/** What an activity knows of the job it is part of. */
export interface JobContext {
  readonly id: JobId
  /** Milliseconds since the epoch: with the id it names the job also beyond this database. */
  readonly createdAt: number
}

/** Why an activity failed; one that says it is `transient` is retried, any other is permanent. */
export interface ActivityError {
  readonly _tag: string
  readonly message: string
}

type Work<Payload> = (payload: Payload, job: JobContext) => Effect.Effect<void, ActivityError>

/** A part of a job. Under its named policy it is tried again after errors that say they are transient. */
export interface Activity<Payload> {
  readonly name: string
  readonly policy: PolicyName
  /**
   * Works outside of the database: at least once, as a crash may come between its effect and the record. It must therefore bear repetition.
   */
  readonly run: Work<Payload>
  /**
   * Changes the database after `run`, in one transaction with the record of the success: exactly once. It waits for statements, and for
   * nothing else.
   */
  readonly commit?: Work<Payload>
  /**
   * Takes back in the database what `run` and `commit` did, or may have done before they failed or were interrupted; in one transaction with
   * its record. Called when an activity of the job has failed for good, or the job is cancelled.
   */
  readonly undo?: Work<Payload>
}

/** An activity of one job, with the payload given. */
export interface Step {
  readonly name: string
  readonly policy: PolicyName
  readonly run: Effect.Effect<void, ActivityError>
  readonly commit: Effect.Effect<void, ActivityError>
  readonly undo: Effect.Effect<void, ActivityError> | undefined
}

/** A kind of job as the engine runs it. */
export interface JobKind {
  readonly name: string
  /** The names of its activities. */
  readonly activities: ReadonlyArray<string>
  /** The activities of one job, from the JSON that the database keeps; the reason, where this version of the server cannot read it. */
  readonly steps: (payload: unknown, job: JobContext) => Either.Either<ReadonlyArray<Step>, string>
  /** A recurring kind: the next job is enqueued, due so much later, in the transaction that ends the one before. */
  readonly every?: Duration.Duration
}

/** The kind of a type: its activities run concurrently, each on its own. */
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
          activities.map(({ commit, name, policy, run, undo }): Step => ({
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

/** The name under which the attempts to take an activity back are recorded. */
export const undoing = (activity: string): string => `undo ${activity}`
