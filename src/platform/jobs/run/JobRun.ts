import { Workflow } from "@effect/workflow"
import { type Context, Duration, Effect, Either, Option, Schema } from "effect"
import type { Recorder } from "../../recorder/Recorder.ts"
import { type BoundActivity, JobId, type JobKind, undoing } from "../Job.ts"
import type { ActivityFailure, Ends } from "../record/AttemptsRepo.ts"
import { isLostClaim, type LostClaim } from "../record/Claim.ts"
import type { JobsRepo, StartedJob } from "../record/JobsRepo.ts"
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

/**
 * Pause before a run that another server has started is started here again. A server whose jobs are taken over has
 * interrupted the run by then, so that the pause ends only where the run came back.
 */
const reclaimAfter = Duration.seconds(15)

export interface JobRunOptions extends Omit<ActivityOptions, "giveUp"> {
  readonly jobs: Context.Tag.Service<JobsRepo>
  readonly kinds: ReadonlyMap<string, JobKind>
  /** Raised when a client cancels a running job, and when one may have been cancelled by another server. */
  readonly cancellations: Signals<JobId>
  /** Limits the jobs that run at once. A full queue running at once would keep the writer from everyone else. */
  readonly slots: Effect.Semaphore
  /** Records the end of a run, and enqueues the successor of a recurring job. */
  readonly finish: (
    job: StartedJob,
    state: End,
    error: string | undefined
  ) => Effect.Effect<void, LostClaim>
  /** True if other servers run jobs of the same database. */
  readonly isShared: boolean
  /** Records the timeline of some runs of a kind. */
  readonly recorded: Context.Tag.Service<Recorder>["job"]
}

const reasonOf = ({ activity, cause, reason }: ActivityFailure) =>
  reason === "exhausted" ? `${activity}: attempts exhausted: ${cause}` : `${activity}: ${cause}`

const noEnds: Ends = { failed: new Map(), undone: new Set() }

/** The options of one run. */
type RunOptions = JobRunOptions & ActivityOptions

/** Ended activities by name, each with its failure, if any. */
type Ended = Map<string, Option.Option<ActivityFailure>>

/** Runs all unfinished activities concurrently, each to its end. */
const performAll = (options: RunOptions, job: StartedJob, steps: ReadonlyArray<BoundActivity>, ended: Ended) =>
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
  options: RunOptions,
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

/** Waits until the cancellation of a job is recorded; a signal may only say that something has changed. */
const untilCancelled = (options: JobRunOptions, id: JobId, signalled: Effect.Effect<void>): Effect.Effect<void> =>
  signalled.pipe(
    Effect.zipRight(retryDefects(options.jobs.find(id))),
    Effect.repeat({ until: Option.exists(({ cancel_requested_at }) => cancel_requested_at !== null) }),
    Effect.asVoid
  )

/** Runs a job on this server, until another server has started the same run. */
const runHere = (given: JobRunOptions, { id, run }: typeof JobRun.payloadSchema.Type, known: JobKind) =>
  Effect.gen(function*() {
    const lost = Effect.unsafeMakeLatch()
    const giveUp = Effect.zipRight(lost.open, Effect.interruptible(Effect.never))
    const options = { ...given, giveUp }
    // Subscribes before reading the job, so that no cancellation is missed in between.
    const signalled = yield* options.cancellations.subscribe(id)
    const started = yield* options.jobs.start(id, run)
    if (Option.isNone(started)) return "succeeded"
    const job = started.value
    if (job.has_attempts > 0) yield* options.attempts.takeOver(job)
    yield* options.changes.raise(id)
    const performed = Either.match(known.steps(job.payload, { id, createdAt: job.created_at }), {
      onLeft: (reason) => Effect.as(options.finish(job, "failed", `its payload cannot be read: ${reason}`), "failed"),
      onRight: (steps) => runSteps(options, job, steps, untilCancelled(options, id, signalled))
    }).pipe(Effect.catchIf(isLostClaim, () => giveUp))
    return yield* options.isShared ? Effect.raceFirst(performed, Effect.as(lost.await, "lost" as const)) : performed
  })

/**
 * Runs a job's activities, and records the end. After a crash or a stop the engine restarts the run from the top, maybe
 * on another server. Recorded successes, final failures and compensations are skipped. A fault of the database only
 * delays the run, at any point.
 */
export const execute = (options: JobRunOptions) => (payload: typeof JobRun.payloadSchema.Type): Effect.Effect<void> => {
  const { id, kind } = payload
  const known = options.kinds.get(kind)
  // A server of another version enqueued the job, which waits for a server that knows its kind: for the one that gets
  // this server's jobs, or for the next to start.
  if (known === undefined) return options.isShared ? Effect.never : Effect.void
  let isLost = false
  return runHere(options, payload, known).pipe(
    Effect.scoped,
    retryDefects,
    Effect.tap((state) => {
      isLost = state === "lost"
    }),
    // a timeline says that its job failed
    Effect.filterOrFail((state) => state !== "failed"),
    options.recorded(kind, `/jobs/${id}`),
    Effect.ignore,
    options.slots.withPermits(1),
    Effect.annotateLogs({ job: id }),
    Effect.zipRight(
      Effect.suspend(() =>
        isLost ? Effect.delay(Effect.suspend(() => execute(options)(payload)), reclaimAfter) : Effect.void
      )
    )
  )
}
