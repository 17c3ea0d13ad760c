import { Context, DateTime, Duration, Effect, Layer, TestClock } from "effect"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import * as JobEngine from "../../src/platform/jobs/engine/JobEngine.ts"
import type { JobKind } from "../../src/platform/jobs/Job.ts"
import * as JobRetention from "../../src/platform/jobs/JobRetention.ts"
import { JobKinds, Jobs } from "../../src/platform/jobs/Jobs.ts"
import { AttemptsRepo } from "../../src/platform/jobs/record/AttemptsRepo.ts"
import { JobsRepo } from "../../src/platform/jobs/record/JobsRepo.ts"
import type { JobDetails } from "../../src/platform/jobs/record/JobView.ts"
import { Database } from "../../src/platform/sql/Database.ts"
import { Policies } from "../../src/policy/Policies.ts"
import type { Policy } from "../../src/policy/Policy.ts"
import * as TestDatabase from "./Database.ts"
import { turns } from "./turn.ts"

/** The beginning of the test clock, as the engine names its messages by the time since 2025. */
export const began = DateTime.unsafeMake("2026-01-01T00:00:00Z")

/** Sets the test clock to the beginning. */
export const begin = TestClock.setTime(DateTime.toEpochMillis(began))

/** The retention of jobs, as the maintenance runs it. */
export class Retention extends Context.Tag("barista/test/Retention")<Retention, JobRetention.JobRetention>() {
  static readonly layer = Layer.effect(Retention, JobRetention.make)
}

/** Jobs of some kinds on the real engine; their activities run under the policy `upstream`. */
export const over = (kinds: ReadonlyArray<JobKind>, overrides: Partial<Values> = {}, policy: Policy = {}) =>
  Layer.merge(Jobs.layer, Retention.layer).pipe(
    Layer.provide(JobEngine.layer),
    Layer.provide([JobsRepo.layer, AttemptsRepo.layer]),
    Layer.provide(Layer.succeed(JobKinds, kinds)),
    Layer.provide(Policies.layerWith({ "upstream": policy })),
    // no test waits for work that never ends
    Layer.provide(AppConfig.layerWith({ jobsStopTimeout: Duration.zero, ...overrides }))
  )

/**
 * Starts jobs with their retention for the rest of the test, on their own database, from the beginning of the test's
 * time.
 */
export const make = (...parts: Parameters<typeof over>) =>
  over(...parts).pipe(
    Layer.provide(Layer.effectDiscard(begin)),
    Layer.provideMerge(TestDatabase.layer),
    Layer.build,
    Effect.map((context) => ({
      jobs: Context.get(context, Jobs),
      ...Context.get(context, Retention),
      ...Context.get(context, Database)
    }))
  )

/** Lists the outcomes of the attempts at each activity. */
export const outcomes = ({ activities }: JobDetails) =>
  Object.fromEntries(activities.map(({ attempts, name }) => [name, attempts.map(({ outcome }) => outcome)]))

/** Runs all work that needs no time to pass; the engine's digests and statements take turns of the real event loop. */
export const settled = turns(101)

/** Advances the time and runs all work that is then due. */
export const pass = (duration: Duration.DurationInput) =>
  settled.pipe(Effect.zipRight(TestClock.adjust(duration)), Effect.zipRight(settled))
