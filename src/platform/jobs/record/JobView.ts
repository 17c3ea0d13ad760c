import { Array, DateTime, Schema } from "effect"
import { Instant } from "../../../domain/Instant.ts"
import { JobId, type JobKind, JobState, Outcome, undoing } from "../Job.ts"
import type { AttemptRow } from "./AttemptsRepo.ts"
import type { JobRow } from "./JobsRepo.ts"

const job = {
  id: JobId,
  kind: Schema.String.annotations({ examples: ["registration"] }),
  state: JobState.annotations({ description: "failed is the dead letter, which can be tried again" }),
  payload: Schema.Unknown.annotations({
    jsonSchema: { description: "The input of the job", examples: [{ email: "alice@example.com" }] }
  }),
  url: Schema.String.annotations({ examples: ["/jobs/1"] }),
  created_at: Instant,
  due_at: Instant,
  started_at: Schema.NullOr(Instant),
  finished_at: Schema.NullOr(Instant),
  cancel_requested: Schema.Boolean.annotations({ examples: [false] }),
  error: Schema.NullOr(Schema.String).annotations({ description: "The reason for the failure", examples: [null] })
}

/** A job as lists show it. */
export class Job extends Schema.Class<Job>("Job")(job) {}

/** One attempt at an activity. */
export const Attempt = Schema.Struct({
  attempt: Schema.Int.annotations({ description: "Counted from 1, over all runs of the job", examples: [1] }),
  run: Schema.Int.annotations({
    description: "The run of the job: 1, plus one for each manual retry",
    examples: [1]
  }),
  started_at: Instant,
  ended_at: Schema.NullOr(Instant),
  outcome: Schema.NullOr(Outcome).annotations({ description: "null during the attempt" }),
  error: Schema.NullOr(Schema.String).annotations({ examples: [null] })
})

/** An activity of a job, with all its attempts. */
export const ActivityView = Schema.Struct({
  name: Schema.String.annotations({ examples: ["e-mail"] }),
  attempts: Schema.Array(Attempt)
})

/** A job with its activities and their attempts. */
export class JobDetails extends Schema.Class<JobDetails>("JobDetails")({
  ...job,
  run: Schema.Int.annotations({ examples: [1] }),
  activities: Schema.Array(ActivityView)
}) {}

const instant = (millis: number) => DateTime.unsafeMake(millis)
const maybe = (millis: number | null) => (millis === null ? null : instant(millis))

const fields = (row: JobRow) => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  payload: row.payload,
  url: `/jobs/${row.id}`,
  created_at: instant(row.created_at),
  due_at: instant(row.due_at),
  started_at: maybe(row.started_at),
  finished_at: maybe(row.finished_at),
  cancel_requested: row.cancel_requested_at !== null,
  error: row.error
})

export const toJob = (row: JobRow): Job => new Job(fields(row))

const toAttempt = ({ attempt, ended_at, error, outcome, run, started_at }: AttemptRow): typeof Attempt.Type => ({
  attempt,
  run,
  started_at: instant(started_at),
  ended_at: maybe(ended_at),
  outcome,
  error
})

/** Lists the activities of the kind, begun or not, and the compensations. */
const activities = (kind: JobKind | undefined, attempts: ReadonlyArray<AttemptRow>) => {
  const byName = new Map(Object.entries(Array.groupBy(attempts, ({ activity }) => activity)))
  const known = (kind?.activities ?? []).flatMap((name) => byName.has(undoing(name)) ? [name, undoing(name)] : [name])
  return [...new Set([...known, ...byName.keys()])].map((name) => ({
    name,
    attempts: (byName.get(name) ?? []).map(toAttempt)
  }))
}

export const toDetails = (
  row: JobRow,
  attempts: ReadonlyArray<AttemptRow>,
  kind: JobKind | undefined
): JobDetails => new JobDetails({ ...fields(row), run: row.run, activities: activities(kind, attempts) })
