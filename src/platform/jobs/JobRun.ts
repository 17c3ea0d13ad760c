import { DurableClock, Workflow } from "@effect/workflow"
import { Clock, Duration, Effect, Either, Option, Schema } from "effect"
import type { FairSemaphore } from "../../policy/FairSemaphore.ts"
import { type ActivityFailed, type ActivityOptions, perform, undo } from "./ActivityRun.ts"
import { JobId, type JobKind } from "./Job.ts"
import type { JobRow } from "./JobStore.ts"
import { stubbornly } from "./stubbornly.ts"

/** One run of one job, as the engine keeps it. `due_at` is in milliseconds since the epoch. */
export const JobRun = Workflow.make({
  name: "JobRun",
  payload: { id: JobId, run: Schema.Int, due_at: Schema.Int },
  idempotencyKey: ({ id, run }) => `${id}/${run}`
})

export interface JobRunOptions extends ActivityOptions {
  readonly kinds: ReadonlyMap<string, JobKind>
  /** How many jobs run at once: those of a full queue, all at once, would keep the writer from everybody else. */
  readonly slots: FairSemaphore
  /** Records the end of a run; a recurring job's successor is enqueued with it. */
  readonly finish: (
    job: JobRow,
    state: "succeeded" | "failed" | "cancelled",
    error: string | undefined
  ) => Effect.Effect<void>
}

/** Sleeps in the database rather than in memory, until the job is due. */
const untilDue = (due_at: number) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    due_at <= now ? Effect.void : DurableClock.sleep({
      name: "due",
      duration: Duration.millis(due_at - now),
      inMemoryThreshold: Duration.zero
    }))

const describe = ({ activity, cause, reason }: ActivityFailed) =>
  reason === "exhausted" ? `${activity}: attempts exhausted: ${cause}` : `${activity}: ${cause}`

/**
 * All activities to their ends. Where one did not succeed all are taken back, itself included: what was interrupted or got no answer may have
 * happened.
 */
const activities = Effect.fnUntraced(function*(options: JobRunOptions, job: JobRow, kind: JobKind) {
  const ends = yield* Effect.forEach(
    kind.activities,
    (activity) => Effect.either(perform(options, job, activity)),
    { concurrency: "unbounded" }
  )
  const failures = ends.filter(Either.isLeft).map(({ left }) => left)
  const [first] = failures
  if (first === undefined) return yield* options.finish(job, "succeeded", undefined)
  yield* Effect.forEach(kind.activities, (activity) => undo(options, job, activity), { concurrency: "unbounded" })
  const forGood = failures.filter(({ reason }) => reason !== "cancelled")
  return yield* forGood.length === 0
    ? options.finish(job, "cancelled", undefined)
    : options.finish(job, "failed", forGood.map(describe).join("; "))
})

/**
 * A run: waits until the job is due, runs its activities, records its end. The engine begins again from the top after a crash or a sleep; what
 * is recorded outside of activities is therefore the same however often it is recorded.
 */
export const execute = (options: JobRunOptions) => ({ due_at, id, run }: typeof JobRun.payloadSchema.Type) =>
  Effect.gen(function*() {
    const started = yield* options.store.start(id, run)
    if (Option.isNone(started)) return
    const job = started.value
    yield* options.changes.raise(id)
    const kind = options.kinds.get(job.kind)
    yield* kind === undefined
      ? options.finish(job, "failed", `this version of the server has no jobs of the kind ${job.kind}`)
      : activities(options, job, kind)
  }).pipe(
    stubbornly,
    options.slots.withPermit,
    // a run that waits for its time holds no slot
    (effect) => Effect.zipRight(untilDue(due_at), effect),
    Effect.annotateLogs({ job: id })
  )
