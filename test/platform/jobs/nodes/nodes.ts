import { Context, Duration, Effect, Exit, Layer, Logger, Queue, Scope } from "effect"
import { AppConfig } from "../../../../src/AppConfig.ts"
import { Dispatch } from "../../../../src/platform/jobs/engine/Dispatch.ts"
import * as JobEngine from "../../../../src/platform/jobs/engine/JobEngine.ts"
import * as Job from "../../../../src/platform/jobs/Job.ts"
import { JobKinds, Jobs } from "../../../../src/platform/jobs/Jobs.ts"
import * as JobsReadiness from "../../../../src/platform/jobs/jobsReadiness.ts"
import { Nodes } from "../../../../src/platform/jobs/Nodes.ts"
import { AttemptsRepo } from "../../../../src/platform/jobs/record/AttemptsRepo.ts"
import { JobsRepo } from "../../../../src/platform/jobs/record/JobsRepo.ts"
import { Readiness } from "../../../../src/platform/lifecycle/Readiness.ts"
import { Database } from "../../../../src/platform/sql/Database.ts"
import { Policies } from "../../../../src/policy/Policies.ts"
import * as Postgres from "../../../support/postgres.ts"
import { activity, Task } from "../tasks.ts"

/** Short enough that no test waits for it. */
const settings = { jobsStopTimeout: Duration.zero, jobsPollInterval: Duration.millis(50) }

/** Numbers of jobs, enough that each of two servers gets some. */
export const many = Array.from({ length: 24 }, (_, n) => n)

/** A kind whose activity tells that it has begun, and waits. */
export const holding = (begun: Queue.Enqueue<number>, release: Effect.Effect<void> = Effect.never) =>
  Job.kind(Task, [activity("step", ({ n }) => Effect.zipRight(Queue.offer(begun, n), release))])

const jobsOf = (kinds: ReadonlyArray<Job.JobKind>) =>
  Layer.merge(Nodes.layer, JobsReadiness.layer).pipe(
    Layer.provideMerge(Jobs.layer),
    Layer.provideMerge(JobEngine.layer),
    Layer.provideMerge(Layer.merge(JobsRepo.layer, AttemptsRepo.layer)),
    Layer.provide(Layer.succeed(JobKinds, kinds)),
    Layer.provide(Policies.layerWith({ "upstream": {} })),
    Layer.provide(Logger.remove(Logger.defaultLogger)),
    Layer.provide(AppConfig.layerWith(settings))
  )

/** Starts a server's jobs on a database that others share, until stopped or until the scope closes. */
export const start = (url: string, kinds: ReadonlyArray<Job.JobKind>) =>
  Effect.gen(function*() {
    const scope = yield* Effect.acquireRelease(Scope.make(), (made) => Scope.close(made, Exit.void))
    const context = yield* Scope.extend(
      Layer.build(Layer.provideMerge(jobsOf(kinds), Postgres.layerOf(url))),
      scope
    )
    return {
      jobs: Context.get(context, Jobs),
      nodes: Context.get(context, Nodes),
      repo: Context.get(context, JobsRepo),
      attempts: Context.get(context, AttemptsRepo),
      ready: Context.get(context, Readiness).check,
      shards: Context.get(context, Dispatch).shards,
      ...Context.get(context, Database),
      stop: Scope.close(scope, Exit.void)
    }
  })

export type Node = Effect.Effect.Success<ReturnType<typeof start>>

/** Waits until every server has shards, and together they have all. */
export const shared = (...nodes: ReadonlyArray<Node>) =>
  Effect.repeat(Effect.delay(Effect.forEach(nodes, ({ shards }) => shards), "20 millis"), {
    until: (counts) => counts.every((count) => count > 0) && counts.reduce((sum, count) => sum + count, 0) === 12
  })
