import { Workflow } from "@effect/workflow"
import { type Context, Effect, Either, Option, Schema } from "effect"
import type { Recorder } from "../../recorder/Recorder.ts"
import { type BoundActivity, JobId, type JobKind, undoing } from "../Job.ts"
import type { ActivityFailure, Ends } from "../record/AttemptsRepo.ts"
import type { JobRow, JobsRepo, StartedJob } from "../record/JobsRepo.ts"
import { type ActivityOptions, perform, undo } from "./ActivityRun.ts"
import { retryDefects } from "./retryDefects.ts"
import type { Signals } from "./Signals.ts"

/**
 * One run of a job: one message of the engine, and its reply. `deliver_at` is the earliest start, in milliseconds since
 * the epoch; null starts at once.
 */
export const JobRun = Workflow.make({
  name: "JobRun",
  payload: { id: JobId, run: Schema.Int, kind: Schema.String, deliver_at: Schema.NullOr(Schema.Int) },
  idempotencyKey: ({ id, run }) => executionId(id, run)
})

/** Names a run in the engine's tables; `JobsRepo.stranded` builds the same name in SQL. */
export const executionId = (id: JobId, run: number): string => `${id}/${run}`

type End = "succeeded" | "failed" | "cancelled"

export interface JobRunOptions extends ActivityOptions {
  readonly jobs: Context.Tag.Service<JobsRepo>
  readonly kinds: ReadonlyMap<string, JobKind>
  /** Raised when a client cancels a running job. */
  readonly cancellations: Signals<JobId>
  /** Limits the jobs that run at once. A full queue running at once would keep the writer from everyone else. */
  readonly slots: Effect.Semaphore
  /** Records the end of a run, and enqueues the successor of a recurring job. */
  readonly finish: (
    job: JobRow,
    state: End,
    error: string | undefined
  ) => Effect.Effect<void>
  /** Records the timeline of some runs of a kind. */
  readonly recorded: Context.Tag.Service<Recorder>["job"]
}

const reasonOf = ({ activity, cause, reason }: ActivityFailure) =>
  reason === "exhausted" ? `${activity}: attempts exhausted: ${cause}` : `${activity}: ${cause}`

const noEnds: Ends = { failed: new Map(), undone: new Set() }

/** Ended activities by name, each with its failure, if any. */
type Ended = Map<string, Option.Option<ActivityFailure>>

/** Runs all unfinished activities concurrently, each to its end. */
const performAll = (options: JobRunOptions, job: JobRow, steps: ReadonlyArray<BoundActivity>, ended: Ended) =>
  Effect.forEach(
    steps.filter(({ name }) => !ended.has(name)),
    (step) => Effect.map(perform(options, job, step), (failure) => ended.set(step.name, failure)),
    { concurrency: "unbounded", discard: true }
  )

/**
 * Runs all activities to their ends, or until `cancelled`. If one did not succeed, all are undone, the failed one
 * included. An activity that was interrupted or got no answer may have had its effect. Returns how the job ended.
 */
const runSteps = Effect.fnUntraced(function*(
  options: JobRunOptions,
  job: StartedJob,
  steps: ReadonlyArray<BoundActivity>,
  cancelled: Effect.Effect<void>
) {
  const { failed, undone } = job.has_attempts === 0 ? noEnds : yield* options.attempts.ends(job.id, job.run)
  const ended: Ended = new Map()
  for (const { name } of steps) {
    const failure = Option.fromNullable(failed.get(name))
    if (Option.isSome(failure) || undone.has(undoing(name))) ended.set(name, failure)
  }
  if (job.cancel_requested_at === null) {
    yield* Effect.raceFirst(performAll(options, job, steps, ended), cancelled)
  }
  const finish = (state: End, error?: string) => Effect.as(options.finish(job, state, error), state)
  const failures = [...ended.values()].flatMap(Option.toArray)
  if (failures.length === 0 && undone.size === 0 && ended.size === steps.length) {
    return yield* finish("succeeded")
  }
  yield* Effect.forEach(
    steps.filter(({ name }) => !undone.has(undoing(name)) && !failed.has(undoing(name))),
    (step) => undo(options, job, step),
    { concurrency: "unbounded", discard: true }
  )
  return yield* failures.length === 0
    ? finish("cancelled")
    : finish("failed", failures.map(reasonOf).join("; "))
})

/**
 * Runs a job's activities, and records the end. After a crash or a stop the engine restarts the run from the top.
 * Recorded successes, final failures and compensations are skipped. A fault of the database only delays the run, at any
 * point.
 */
export const execute = (options: JobRunOptions) => ({ id, kind, run }: typeof JobRun.payloadSchema.Type) => {
  const known = options.kinds.get(kind)
  // A server of another version enqueued the job, which waits for a server that knows its kind.
  if (known === undefined) return Effect.void
  return Effect.gen(function*() {
    // Subscribes before reading the job, so that no cancellation is missed in between.
    const cancelled = yield* options.cancellations.subscribe(id)
    const started = yield* options.jobs.start(id, run)
    if (Option.isNone(started)) return "succeeded"
    const job = started.value
    yield* options.changes.raise(id)
    const steps = known.steps(job.payload, { id, createdAt: job.created_at })
    return yield* Either.match(steps, {
      onLeft: (reason) => Effect.as(options.finish(job, "failed", `its payload cannot be read: ${reason}`), "failed"),
      onRight: (steps) => runSteps(options, job, steps, cancelled)
    })
  }).pipe(
    Effect.scoped,
    retryDefects,
    // a timeline says that its job failed
    Effect.filterOrFail((state) => state !== "failed"),
    options.recorded(kind, `/jobs/${id}`),
    Effect.ignore,
    options.slots.withPermits(1),
    Effect.annotateLogs({ job: id })
  )
}
