import { type HttpApi, HttpServer } from "@effect/platform"
import { NodeFileSystem, NodePath } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { resolve } from "node:path"
import { Api } from "./Api.ts"
import { french } from "./ApiInFrench.ts"
import { AppConfig, partOf, type Values } from "./AppConfig.ts"
import { Background } from "./background/Background.ts"
import * as BackgroundHttp from "./background/Http.ts"
import * as JobKind from "./background/Kinds.ts"
import { RegistrationsRepo } from "./background/RegistrationsRepo.ts"
import { Basics } from "./basics/Basics.ts"
import * as BasicsHttp from "./basics/Http.ts"
import { Batch } from "./batch/Batch.ts"
import * as BatchHttp from "./batch/Http.ts"
import * as ConfiguredRoster from "./chat/ConfiguredRoster.ts"
import * as ChatHttp from "./chat/Http.ts"
import { Room } from "./chat/Room.ts"
import * as Sockets from "./chat/Sockets.ts"
import { Comparison } from "./comparison/Comparison.ts"
import * as ComparisonHttp from "./comparison/Http.ts"
import { Compute } from "./compute/Compute.ts"
import * as ComputeHttp from "./compute/Http.ts"
import { UserDirectory } from "./domain/UserDirectory.ts"
import { ExternalCalls } from "./external/ExternalCalls.ts"
import * as ExternalHttp from "./external/Http.ts"
import * as LabHttp from "./lab/Http.ts"
import { Lab } from "./lab/Lab.ts"
import * as MetricsHttp from "./metrics/Http.ts"
import { Metrics } from "./metrics/Metrics.ts"
import * as MonitoringHttp from "./monitoring/Http.ts"
import { Monitoring } from "./monitoring/Monitoring.ts"
import * as OutboxHttp from "./outbox/Http.ts"
import * as OutcomesHttp from "./outcomes/Http.ts"
import { Outcomes } from "./outcomes/Outcomes.ts"
import * as ConsolePages from "./platform/console/ConsolePages.ts"
import * as ConfiguredFiles from "./platform/files/ConfiguredFiles.ts"
import * as HttpAdapter from "./platform/http/HttpAdapter.ts"
import { IdempotencyKeys } from "./platform/http/idempotency/IdempotencyKeys.ts"
import * as ConnectionLimit from "./platform/http/node/ConnectionLimit.ts"
import * as NodeServer from "./platform/http/node/NodeServer.ts"
import * as Documentation from "./platform/http/openapi/Documentation.ts"
import type { ApiHandlers } from "./platform/http/operation/Operations.ts"
import * as JobEngine from "./platform/jobs/engine/JobEngine.ts"
import * as JobRetention from "./platform/jobs/JobRetention.ts"
import { JobKinds, Jobs } from "./platform/jobs/Jobs.ts"
import * as JobsReadiness from "./platform/jobs/jobsReadiness.ts"
import { Nodes } from "./platform/jobs/Nodes.ts"
import { AttemptsRepo } from "./platform/jobs/record/AttemptsRepo.ts"
import { JobsRepo } from "./platform/jobs/record/JobsRepo.ts"
import { drain, leave } from "./platform/lifecycle/drain.ts"
import { InputMemory } from "./platform/lifecycle/InputMemory.ts"
import { Lifecycle } from "./platform/lifecycle/Lifecycle.ts"
import { Mailer } from "./platform/mail/Mailer.ts"
import { OutboxRepo } from "./platform/mail/OutboxRepo.ts"
import * as OutboxRetention from "./platform/mail/OutboxRetention.ts"
import * as Logging from "./platform/observability/Logging.ts"
import * as OtlpExport from "./platform/observability/otlp/OtlpExport.ts"
import { RequestMetrics } from "./platform/observability/RequestMetrics.ts"
import * as Tracing from "./platform/observability/Tracing.ts"
import { checkSettings } from "./platform/process/checkSettings.ts"
import { inOrder } from "./platform/process/inOrder.ts"
import { reportFound } from "./platform/process/reportFound.ts"
import { Recorder } from "./platform/recorder/Recorder.ts"
import * as ConfiguredDatabase from "./platform/sql/ConfiguredDatabase.ts"
import { Database } from "./platform/sql/Database.ts"
import { Upstream } from "./platform/upstream/Upstream.ts"
import { UpstreamLatencies } from "./platform/upstream/UpstreamLatencies.ts"
import { rememberHeads } from "./platform/websocket/WebSocketServer.ts"
import { BlockingLoop } from "./platform/workers/blocking/BlockingLoop.ts"
import { CpuPool } from "./platform/workers/cpu/CpuPool.ts"
import { Policies } from "./policy/Policies.ts"
import { Advisor } from "./predictions/Advisor.ts"
import * as PredictionsHttp from "./predictions/Http.ts"
import { SimulationPool } from "./predictions/SimulationPool.ts"
import { Simulations } from "./predictions/Simulations.ts"
import * as RecordingsHttp from "./recordings/Http.ts"
import * as ResilienceHttp from "./resilience/Http.ts"
import { Resilience } from "./resilience/Resilience.ts"
import * as TransfersHttp from "./transfers/Http.ts"
import { LedgerCheck } from "./transfers/LedgerCheck.ts"
import { LedgerRepo } from "./transfers/LedgerRepo.ts"
import * as Transfers from "./transfers/Transfers.ts"
import * as UploadsHttp from "./uploads/Http.ts"
import { Uploads } from "./uploads/Uploads.ts"
import { UploadsRepo } from "./uploads/UploadsRepo.ts"
import * as UsersHttp from "./users/Http.ts"
import * as Users from "./users/Users.ts"
import { UsersRepo } from "./users/UsersRepo.ts"

type Groups = typeof Api extends HttpApi.HttpApi<infer _Id, infer Groups, infer _E, infer _R> ? Groups : never

/** The handlers of every chapter. */
const handlers = Effect.all({
  basics: BasicsHttp.handlers,
  external: ExternalHttp.handlers,
  users: UsersHttp.handlers,
  uploads: UploadsHttp.handlers,
  chat: ChatHttp.handlers,
  background: BackgroundHttp.handlers,
  resilience: ResilienceHttp.handlers,
  batch: BatchHttp.handlers,
  transfers: TransfersHttp.handlers,
  monitoring: MonitoringHttp.handlers,
  compute: ComputeHttp.handlers,
  outcomes: OutcomesHttp.handlers,
  comparison: ComparisonHttp.handlers,
  outbox: OutboxHttp.handlers,
  metrics: MetricsHttp.handlers,
  recordings: RecordingsHttp.handlers,
  lab: LabHttp.handlers,
  predictions: PredictionsHttp.handlers
}, { concurrency: 1 }) satisfies Effect.Effect<ApiHandlers<Groups>, never, unknown>

/** The recurring job, which removes expired rows and checks the ledger. */
const maintenance = Effect.gen(function*() {
  const jobs = yield* JobRetention.make
  const outbox = yield* OutboxRetention.make
  const { removeExpired } = yield* IdempotencyKeys
  const ledger = yield* LedgerCheck
  return yield* JobKind.maintenance({
    "ledger": Effect.tapError(ledger.run, (difference) => Effect.logError(difference.message)),
    "old jobs": Effect.asVoid(jobs.removeOutdated),
    "old mails": Effect.asVoid(outbox.removeOutdated),
    "old idempotency keys": Effect.asVoid(removeExpired)
  })
})

/** Stops the start if the ledger does not add up, before any job or request is accepted. */
const ledgerCheck = Layer.effectDiscard(Effect.flatMap(LedgerCheck, ({ run }) => run))

/** The kinds of jobs that the server runs. */
const jobKinds = Layer.effect(
  JobKinds,
  Effect.map(
    Effect.all([JobKind.kinds, maintenance], { concurrency: 1 }),
    ([kinds, maintenance]) => [...kinds, maintenance]
  )
)

/** Makes a machine within the limits of the settings. */
const fromSettings = <A, E, R>(layerOf: (settings: Values) => Layer.Layer<A, E, R>) =>
  Layer.unwrapEffect(Effect.map(AppConfig, layerOf))

const lifecycle = fromSettings(({ maxPipelined, maxRequests, maxRequestsPerClient }) =>
  Lifecycle.layerWith({
    server: maxRequests,
    client: partOf(maxRequests, maxRequestsPerClient),
    connection: maxPipelined
  })
)

/** Paths whose requests are no part of the product's work; monitoring and the console ask for them all the time. */
const unsampled = ["/health/", "/metrics", "/nodes", "/timelines", "/experiments", "/console/"]

const recorder = fromSettings(({ timelineBudget, timelineCheck, timelineMemory, timelineSample }) =>
  Recorder.layer({
    memory: timelineMemory,
    sampling: { perSecond: timelineBudget, share: timelineSample / 100 },
    unsampled,
    isChecked: timelineCheck === "on"
  })
)

const inputMemory = fromSettings(({ maxBufferedBytes }) => InputMemory.layer(maxBufferedBytes))

/** The machines on which the other parts stand. */
const machines = inOrder(
  Sockets.layer,
  Policies.layer,
  CpuPool.layer,
  SimulationPool.layer,
  BlockingLoop.layer,
  UpstreamLatencies.layer,
  Upstream.layer,
  ConfiguredDatabase.layer,
  ConfiguredFiles.layer,
  IdempotencyKeys.layer,
  OutboxRepo.layer,
  Mailer.layer
)

/** Durable background work: the engine and its kinds of jobs. */
const work = inOrder(
  LedgerRepo.layer,
  LedgerCheck.layer,
  ledgerCheck,
  RegistrationsRepo.layer,
  JobsRepo.layer,
  AttemptsRepo.layer,
  JobEngine.layer,
  jobKinds,
  Jobs.layer,
  Nodes.layer,
  JobsReadiness.layer
)

/** The chapters' services. */
const chapters = inOrder(
  UsersRepo.layer,
  Users.Users.directory,
  Users.Users.layer,
  Basics.layer,
  ExternalCalls.layer,
  UploadsRepo.layer,
  Uploads.layer,
  ConfiguredRoster.layer,
  ConfiguredRoster.members,
  Room.layer,
  Background.layer,
  Resilience.layer,
  Batch.layer,
  Batch.unfinishedItems,
  Transfers.Transfers.layer,
  Monitoring.layer,
  Compute.layer,
  Outcomes.layer,
  Comparison.layer,
  Metrics.layer,
  Lab.layer,
  Simulations.layer,
  Advisor.layer
)

/** Fills a database that has neither users nor money, completely or not at all. */
const sampleData = Layer.effectDiscard(Effect.gen(function*() {
  const { sampleData } = yield* AppConfig
  const { exclusively, transaction } = yield* Database
  const users = yield* UserDirectory
  if (sampleData === "none") return
  // users are counted by a statement that sees what a server before has committed
  yield* exclusively(transaction(Effect.gen(function*() {
    if ((yield* users.count) > 0) return
    const { alice, bob } = yield* Users.sample
    yield* Transfers.sample(alice.id, bob.id)
  })))
}))

/** The documentation of the contract, with the limits that it names. */
const documentation = Effect.gen(function*() {
  const { batchMaxItems } = yield* AppConfig
  const { parties } = (yield* Policies).of("batch")
  return yield* Documentation.pages(Api, {
    limits: { BATCH_MAX_ITEMS: batchMaxItems, POLICY_BATCH: parties.permits },
    texts: french
  })
})

/** Serves the contract until its scope closes, then drains. */
const serve = Layer.scopedDiscard(Effect.gen(function*() {
  const { dataDir, shutdownDelay, shutdownTimeout } = yield* AppConfig
  const lifecycle = yield* Lifecycle
  const server = yield* NodeServer.NodeServer
  rememberHeads(server)
  server.prependListener("request", (yield* RequestMetrics).begin)
  yield* HttpAdapter.serve(server, Api, yield* handlers, { ...yield* documentation, ...ConsolePages.pages() })
  const room = yield* Room
  yield* Effect.addFinalizer(() =>
    leave(shutdownDelay).pipe(
      Effect.zipRight(Effect.all([drain(server, shutdownTimeout), room.stop], { concurrency: 2, discard: true })),
      Effect.provideService(Lifecycle, lifecycle)
    )
  )
  yield* ConnectionLimit.guard(server)
  yield* reportFound
  yield* lifecycle.enter("ready")
  const origin = yield* HttpServer.addressWith((address) => Effect.succeed(NodeServer.originOf(address)))
  yield* Effect.logInfo(`Barista is listening on ${origin}`, { docs: `${origin}/docs`, data: resolve(dataDir) })
}))

/** The parts of a server, each built on those before it. */
const list = inOrder(
  Logging.layer,
  NodeFileSystem.layer,
  NodePath.layer,
  Layer.effectDiscard(checkSettings),
  lifecycle,
  inputMemory,
  OtlpExport.layer,
  recorder,
  RequestMetrics.layer,
  NodeServer.NodeServer.layer,
  NodeServer.layer,
  machines,
  work,
  chapters,
  sampleData,
  serve
)

/**
 * The parts list with its settings and the caller's tracer left open. A service that no part provides is a type error
 * here. To mend the error, place the service's layer in the list above, before its first user.
 */
export const parts: Layer.Layer<Layer.Layer.Success<typeof list>, Layer.Layer.Error<typeof list>, AppConfig> = list

/** The server as it is started, without a collector of spans. */
export const layer = parts.pipe(Layer.provide(Tracing.layer))
