import { Chunk, Duration, Effect, Layer, Logger, Option, Stream } from "effect"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import { Background } from "../../src/background/Background.ts"
import { kinds } from "../../src/background/Kinds.ts"
import { RegistrationsRepo } from "../../src/background/RegistrationsRepo.ts"
import { Email } from "../../src/domain/Email.ts"
import * as JobEngine from "../../src/platform/jobs/engine/JobEngine.ts"
import { JobId } from "../../src/platform/jobs/Job.ts"
import { JobKinds, Jobs } from "../../src/platform/jobs/Jobs.ts"
import { AttemptsRepo } from "../../src/platform/jobs/record/AttemptsRepo.ts"
import { JobsRepo } from "../../src/platform/jobs/record/JobsRepo.ts"
import type { JobDetails } from "../../src/platform/jobs/record/JobView.ts"
import { Mailer } from "../../src/platform/mail/Mailer.ts"
import { OutboxRepo } from "../../src/platform/mail/OutboxRepo.ts"
import { BlockingLoop } from "../../src/platform/workers/blocking/BlockingLoop.ts"
import { Policies } from "../../src/policy/Policies.ts"
import * as TestDatabase from "./Database.ts"
import * as TestJobs from "./Jobs.ts"
import type { Fixture } from "./SmtpServer.ts"

type NamedPolicies = Parameters<typeof Policies.layerWith>[0]

/**
 * The chapter with its own kinds of jobs, on the real engine and a real worker thread; with a real mail server if the
 * settings name one.
 */
export const over = (settings: Partial<Values> = {}, policies: NamedPolicies = {}) =>
  Background.layer.pipe(
    Layer.provideMerge(Jobs.layer),
    Layer.provide(Layer.effect(JobKinds, kinds)),
    Layer.provide(Layer.mergeAll(JobEngine.layer, JobsRepo.layer, AttemptsRepo.layer, Mailer.layer)),
    Layer.provideMerge(Layer.mergeAll(RegistrationsRepo.layer, OutboxRepo.layer, BlockingLoop.layer)),
    Layer.provide(Policies.layerWith(policies)),
    Layer.provide(Logger.remove(Logger.defaultLogger)),
    // no test waits for work that never ends
    Layer.provide(AppConfig.layerWith({ jobsStopTimeout: Duration.zero, ...settings }))
  )

/** The chapter on a database of its own. */
export const layer = (settings: Partial<Values> = {}, policies: NamedPolicies = {}) =>
  over(settings, policies).pipe(Layer.provideMerge(TestDatabase.layer))

/** The chapter on a database of its own, from the beginning of the test's time. */
export const layerFromBegin = (settings: Partial<Values> = {}, policies: NamedPolicies = {}) =>
  over(settings, policies).pipe(
    Layer.provide(Layer.effectDiscard(TestJobs.begin)),
    Layer.provideMerge(TestDatabase.layer)
  )

/** Settings under which only the tested part takes time. */
export const instantly = {
  mailDuration: Duration.zero,
  profileDuration: Duration.zero,
  mailingListDuration: Duration.zero
}

/** The settings under which mails go to the scripted server. */
export const mailedBy = ({ server }: Fixture): Partial<Values> => ({ smtpUrl: Option.some(server) })

export const alice = Email.make("alice@example.com")

/** Returns the id in the answer to a request for a job. */
export const idOf = ({ job }: { readonly job: string }): JobId => JobId.make(Number(job.replace("/jobs/", "")))

/** Requests a job by its operation; returns its id. */
export const askFor = (operation: keyof Background["Type"], email = alice) =>
  Effect.flatMap(Background, (background) => Effect.map(background[operation]({ email }), idOf))

/** Waits until the job fulfils the condition or has ended; returns its state then. */
export const reaches = (id: JobId, reached: (job: JobDetails) => boolean) =>
  Effect.flatMap(Jobs, (jobs) => Stream.runCollect(Stream.takeUntil(jobs.watch(id), reached))).pipe(
    Effect.map(Chunk.unsafeLast)
  )

/** Waits for the end of the job. */
export const ended = (id: JobId) => reaches(id, () => false)

/** Lists the attempts at one activity. */
export const attemptsAt = ({ activities }: JobDetails, activity: string) =>
  activities.find(({ name }) => name === activity)?.attempts ?? []

/** Lists the addresses in the two tables. */
export const registered = Effect.gen(function*() {
  const { mailingList, profiles } = yield* RegistrationsRepo
  const window = { limit: 100, after: undefined }
  const emails = (rows: ReadonlyArray<{ readonly email: string }>) => rows.map(({ email }) => email)
  return {
    profiles: emails(yield* profiles.page(window)),
    mailingList: emails(yield* mailingList.page(window))
  }
})
