import { type Duration, Effect, ParseResult, Schema } from "effect"
import { Id, idFromText } from "../../domain/Ids.ts"
import type { PolicyName } from "../../policy/Policies.ts"

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
 * How an attempt ended: `lost` is one that a crash of the process cut off, `undone` a success that was taken back, and the taking back itself:
 * neither counts when the job is tried again.
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

/**
 * One step of a job: runs at least once, and under its named policy is retried after errors that say they are transient. What it changes
 * outside of the database must bear repetition, as a crash may come between the change and its record.
 */
export interface Activity<Payload> {
  readonly name: string
  readonly policy: PolicyName
  readonly run: (payload: Payload, job: JobContext) => Effect.Effect<void, ActivityError>
  /**
   * Takes back what `run` did, or may have done before it failed or was interrupted; called when an activity of the job has failed for good, or
   * the job is cancelled.
   */
  readonly undo?: (payload: Payload, job: JobContext) => Effect.Effect<void, ActivityError>
}

/** A kind of job as the engine runs it; `payload` is the JSON that the database keeps. */
export interface JobKind {
  readonly name: string
  readonly activities: ReadonlyArray<Activity<unknown>>
  /** A recurring kind: the next job is enqueued, due so much later, in the transaction that ends the one before. */
  readonly every?: Duration.Duration
}

/** The kind of a type: its activities run concurrently, each on its own. */
export const kind = <Payload, Encoded>(
  type: JobType<Payload, Encoded>,
  activities: ReadonlyArray<Activity<Payload>>,
  options: { readonly every?: Duration.Duration } = {}
): JobKind => {
  // a payload was checked when it was accepted: one that cannot be read now is a defect of ours
  const decode = (payload: unknown) => Effect.orDie(ParseResult.decodeUnknown(type.payload)(payload))
  return {
    name: type.name,
    activities: activities.map(({ name, policy, run, undo }) => ({
      name,
      policy,
      run: (payload, job) => Effect.flatMap(decode(payload), (decoded) => run(decoded, job)),
      ...(undo && { undo: (payload, job) => Effect.flatMap(decode(payload), (decoded) => undo(decoded, job)) })
    })),
    ...options
  }
}

/** The name under which the attempts to take an activity back are recorded. */
export const undoing = (activity: string): string => `undo ${activity}`
