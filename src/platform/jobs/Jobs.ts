import { WorkflowEngine } from "@effect/workflow"
import { Clock, Context, Duration, Effect, Layer, Option, Schema, Scope, Stream } from "effect"
import { AppConfig, partOf } from "../../AppConfig.ts"
import { cancellation } from "../../domain/Interruptors.ts"
import * as Problem from "../../domain/Problem.ts"
import { term } from "../../domain/Term.ts"
import { Policies } from "../../policy/Policies.ts"
import { traced } from "../observability/Tracing.ts"
import { Recorder } from "../recorder/Recorder.ts"
import { Database } from "../sql/Database.ts"
import { Notifications } from "../sql/Notifications.ts"
import { orDefect } from "../sql/orDefect.ts"
import { Dispatch } from "./engine/Dispatch.ts"
import * as EngineRows from "./engine/EngineRows.ts"
import { wake } from "./engine/wake.ts"
import type { JobId, JobKind, JobType } from "./Job.ts"
import { AttemptsRepo } from "./record/AttemptsRepo.ts"
import { JobNotFound, JobStateConflict } from "./record/JobProblems.ts"
import { type Filter, type JobRow, JobsRepo, type StartedJob } from "./record/JobsRepo.ts"
import { type Job, type JobDetails, toDetails, toJob } from "./record/JobView.ts"
import * as JobRun from "./run/JobRun.ts"
import { retryDefects, whileAway } from "./run/retryDefects.ts"
import { share } from "./run/sharedSignals.ts"
import { Signals } from "./run/Signals.ts"

/** The kinds of jobs that the server runs. */
export class JobKinds extends Context.Tag("barista/platform/jobs/JobKinds")<JobKinds, ReadonlyArray<JobKind>>() {}

/** Seconds after which a client may retry if there is no room. */
const retryAfter = 5

type End = "succeeded" | "failed" | "cancelled"

/** Jobs handed over to the engine again in one transaction, if the engine has lost them. */
const takenUpAtOnce = 100

/** Pause between two states of a watched list: quick for an eye, and rare beside the changes under load. */
const listPause = Duration.millis(250)

const isFinished = ({ state }: JobDetails) => state !== "waiting" && state !== "running"

/** Durable background work. An accepted job runs, its attempts are visible, and its end is recorded once. */
export class Jobs extends Context.Tag("barista/platform/jobs/Jobs")<Jobs, {
  /** Accepts a job, due after `delay`. The job is on disk with its transaction, the caller's or one of its own. */
  readonly enqueue: <Payload, Encoded>(
    type: JobType<Payload, Encoded>,
    payload: Payload,
    delay?: Duration.Duration
  ) => Effect.Effect<Job, Problem.Overloaded>
  /** Ends a waiting job at once, and asks a running one to end; its activities are then interrupted and undone. */
  readonly cancel: (id: JobId) => Effect.Effect<JobDetails, JobNotFound | JobStateConflict>
  /** Runs a failed or cancelled job again. Activities that succeeded, and were not undone, are not repeated. */
  readonly retry: (id: JobId) => Effect.Effect<JobDetails, JobNotFound | JobStateConflict | Problem.Overloaded>
  readonly get: (id: JobId) => Effect.Effect<JobDetails, JobNotFound>
  /** Streams the job now and after each change, until it has finished. */
  readonly watch: (id: JobId) => Stream.Stream<JobDetails, JobNotFound>
  /** Streams a list now and after changes of jobs, at most every 250 milliseconds. */
  readonly watchList: (filter: Filter) => Stream.Stream<ReadonlyArray<Job>>
  /** Subscribes to changes of all jobs until the scope closes. The returned effect completes after the next ones. */
  readonly changes: Effect.Effect<Effect.Effect<void>, never, Scope.Scope>
  /** Lists jobs, newest first. */
  readonly list: (filter: Filter) => Effect.Effect<ReadonlyArray<Job>>
}>() {
  static readonly layer = Layer.scoped(
    Jobs,
    Effect.gen(function*() {
      const { jobsConcurrency, jobsMaxDelayed, jobsMaxUnfinished } = yield* AppConfig
      const { exclusively, transaction } = yield* Database
      const calls = yield* Notifications
      const dispatch = yield* Dispatch
      const jobs = yield* JobsRepo
      const attempts = yield* AttemptsRepo
      const policies = yield* Policies
      const { job: recorded } = yield* Recorder
      const engineRows = yield* EngineRows.make
      const engine = yield* WorkflowEngine.WorkflowEngine
      const kinds = new Map((yield* JobKinds).map((kind) => [kind.name, kind]))
      const changed = new Signals<JobId>("change of the job")
      const cancellations = new Signals<JobId>(cancellation)
      // On SQLite there is one server, which calls nobody.
      const others = dispatch.isShared
        ? {
          changes: yield* share({ signals: changed, channel: "barista_jobs", calls }),
          cancellations: yield* share({ signals: cancellations, channel: "barista_cancellations", calls })
        }
        : undefined
      const changes = {
        raise: (id: JobId) =>
          others === undefined ? changed.raise(id) : Effect.zipRight(changed.raise(id), others.changes.callSoon(id))
      }
      const slots = yield* Effect.makeSemaphore(jobsConcurrency)
      const mayBegin = yield* Effect.makeLatch(true)

      /**
       * Hands a run over to the engine, in the caller's transaction. The context leaves out a calling run; otherwise
       * the engine would take that run for the parent, and wake it at the end.
       */
      const handOver = Effect.fnUntraced(
        function*({ due_at, id, kind, run }: JobRow) {
          const now = yield* Clock.currentTimeMillis
          yield* dispatch.engine.execute(JobRun.JobRun, {
            executionId: JobRun.executionId(id, run),
            // Null for a job that is due, so that a clock set back does not delay the job.
            payload: { id, run, kind, deliver_at: due_at > now ? due_at : null },
            discard: true
          })
          if (due_at <= now) yield* calls.notifyAfterCommit(wake)
        },
        Effect.mapInputContext((context: Context.Context<never>) =>
          Context.omit(WorkflowEngine.WorkflowInstance)(context)
        )
      )

      const recurring = [...kinds.values()].flatMap(({ every, name }) => every === undefined ? [] : [{ every, name }])

      /** Fails if there is no room; `own` counts unfinished jobs that the caller has added already. */
      const admit = (own: number) =>
        Effect.flatMap(
          // Adds the jobs of recurring kinds, of which there is always one and which no client enqueued.
          jobs.isFull(jobsMaxUnfinished + recurring.length + own),
          (full) =>
            full
              ? new Problem.Overloaded({ what: term("tâches inachevées", "jobs"), retry_after: retryAfter })
              : Effect.void
        )

      const mostDelayed = recurring.length + partOf(jobsMaxUnfinished, jobsMaxDelayed)

      /**
       * Fails if too many jobs are delayed. A delay may last days, and would keep the places of other jobs for as long.
       */
      const admitDelayed = (delay: Duration.Duration) =>
        Duration.greaterThan(delay, Duration.zero)
          ? Effect.flatMap(
            jobs.hasDelayed(mostDelayed),
            (full) =>
              full
                ? new Problem.Overloaded({ what: term("tâches différées", "delayed jobs"), retry_after: retryAfter })
                : Effect.void
          )
          : Effect.void

      const add = Effect.fnUntraced(function*(kind: string, payload: unknown, delay: Duration.Duration) {
        const job = yield* jobs.add(kind, payload, delay)
        yield* handOver(job)
        return job
      })

      const addSuccessor = ({ kind, payload, run }: JobRow) => {
        const every = kinds.get(kind)?.every
        // A retried job has its successor already.
        return every === undefined || run > 1 ? Effect.void : add(kind, payload, every)
      }

      /** Records the end of a run, in the caller's transaction; false if the run had ended already. */
      const end = Effect.fnUntraced(function*(job: JobRow, state: End, error?: string) {
        if (Option.isNone(yield* jobs.finish(job.id, job.run, state, error))) return false
        if (state !== "succeeded") yield* attempts.loseOpen(job.id)
        yield* addSuccessor(job)
        return true
      })

      const finish = Effect.fnUntraced(function*(job: StartedJob, state: End, error: string | undefined) {
        const ended = transaction(Effect.zipRight(attempts.check(job), end(job, state, error)))
        if (!(yield* retryDefects(orDefect(ended)))) return
        yield* Effect.logInfo(`job ${state}`).pipe(Effect.annotateLogs({ kind: job.kind, ...(error && { error }) }))
        yield* changes.raise(job.id)
      })

      const orNotFound = (id: JobId) =>
        Effect.flatMap(
          Option.match({ onNone: () => new JobNotFound({ id }), onSome: (job: JobRow) => Effect.succeed(job) })
        )
      const existing = (id: JobId) => orNotFound(id)(jobs.find(id))
      const existingLocked = (id: JobId) => orNotFound(id)(jobs.findLocked(id))

      const get = (id: JobId) =>
        Effect.flatMap(
          existing(id),
          (job) => Effect.map(attempts.list(id), (tried) => toDetails(job, tried, kinds.get(job.kind)))
        )

      const enqueue = Effect.fn("Jobs.enqueue")(function*<Payload, Encoded>(
        type: JobType<Payload, Encoded>,
        payload: Payload,
        delay: Duration.Duration = Duration.zero
      ) {
        const encoded = yield* Effect.orDie(Schema.encode(type.payload)(payload))
        const job = yield* orDefect(transaction(Effect.gen(function*() {
          yield* admit(0)
          yield* admitDelayed(delay)
          return yield* add(type.name, encoded, delay)
        })))
        return toJob(job)
      })

      const cancel = Effect.fn("Jobs.cancel")(function*(id: JobId) {
        yield* orDefect(transaction(Effect.gen(function*() {
          const job = yield* existingLocked(id)
          const asked = Option.isSome(yield* jobs.requestCancel(id))
          if (!asked && !(yield* end(job, "cancelled"))) {
            return yield* JobStateConflict.of(id, job.state, ["waiting", "running"])
          }
        })))
        yield* cancellations.raise(id)
        if (others !== undefined) yield* others.cancellations.call(id)
        yield* changes.raise(id)
        return yield* get(id)
      })

      const retry = Effect.fn("Jobs.retry")(function*(id: JobId) {
        yield* orDefect(transaction(Effect.gen(function*() {
          const { state } = yield* existingLocked(id)
          const redriven = yield* jobs.redrive(id)
          if (Option.isNone(redriven)) return yield* JobStateConflict.of(id, state, ["failed", "cancelled"])
          yield* admit(1)
          yield* handOver(redriven.value)
        })))
        yield* changes.raise(id)
        return yield* get(id)
      })

      const watch = (id: JobId) =>
        Stream.unwrapScoped(
          Effect.map(changed.subscribe(id), (changed) =>
            Stream.concat(Stream.fromEffect(get(id)), Stream.repeatEffect(Effect.zipRight(changed, whileAway(get(id)))))
              .pipe(
                Stream.takeUntil(isFinished)
              ))
        )

      const list = (filter: Filter) => Effect.map(jobs.page(filter), (rows) => rows.map(toJob))

      const watchList = (filter: Filter) =>
        Stream.unwrapScoped(
          Effect.map(changed.subscribeToAll(), (changed) =>
            Stream.concat(
              Stream.fromEffect(list(filter)),
              Stream.repeatEffect(changed.pipe(Effect.delay(listPause), Effect.zipRight(whileAway(list(filter)))))
            ))
        )

      /**
       * Hands unfinished jobs beyond an id over to the engine, if the engine has no message for them. Such jobs come
       * from an upgrade, from a kind unknown to the previous server, or from a loss of messages.
       */
      const takeUp = (after: number): Effect.Effect<void> =>
        Effect.flatMap(
          orDefect(transaction(Effect.gen(function*() {
            const stranded = yield* jobs.stranded([...kinds.keys()], after, takenUpAtOnce)
            for (const job of stranded) {
              yield* engineRows.removeRun(job.id, job.run)
              yield* handOver(job)
            }
            return stranded
          }))),
          (stranded) => {
            const last = stranded.at(-1)
            return last === undefined ? Effect.void : takeUp(last.id)
          }
        )

      // Looked up before the engine resumes old jobs, which keeps the writer busy.
      const missing = yield* Effect.filter(recurring, ({ name }) => Effect.negate(jobs.hasUnfinished(name)), {
        concurrency: 1
      })
      yield* engine.register(
        JobRun.JobRun,
        JobRun.execute({
          jobs,
          attempts,
          transaction,
          policies,
          kinds,
          slots,
          recorded,
          cancellations,
          changes,
          mayBegin,
          finish,
          isShared: dispatch.isShared
        })
      ).pipe(
        // Omits all services, which a run has in its closures, because a run copies its context some thousand times.
        Effect.mapInputContext((context: Context.Context<Scope.Scope>) =>
          Context.add(Context.pick(Scope.Scope)(context), WorkflowEngine.WorkflowEngine, engine)
        )
      )
      // Closed before the engine interrupts running jobs, as the engine does when their registration is released.
      yield* Effect.addFinalizer(() => mayBegin.close)
      yield* dispatch.ready
      const complete = Effect.gen(function*() {
        yield* takeUp(0)
        for (const { every, name } of missing) {
          if (!(yield* jobs.hasUnfinished(name))) yield* orDefect(transaction(add(name, {}, every)))
        }
      })
      // Another server may start at the same time.
      yield* orDefect(exclusively(complete))

      return {
        enqueue,
        cancel,
        retry,
        get: (id) => traced("Jobs.get")(get(id)),
        watch,
        watchList,
        changes: changed.subscribeToAll(),
        list: (filter) => traced("Jobs.list")(list(filter))
      }
    })
  )
}
