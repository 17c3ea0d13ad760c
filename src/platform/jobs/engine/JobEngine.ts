import {
  ClusterWorkflowEngine,
  DeliverAt,
  MachineId,
  MessageStorage,
  RunnerHealth,
  Runners,
  RunnerStorage,
  ShardId,
  Sharding,
  ShardingConfig,
  SqlMessageStorage
} from "@effect/cluster"
import { SqlClient } from "@effect/sql"
import { WorkflowEngine } from "@effect/workflow"
import { Array, Context, DateTime, Duration, Effect, Layer, Schema, Scope } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import { inOrder } from "../../process/inOrder.ts"
import { inBackground } from "../../scheduler/background.ts"
import { Database } from "../../sql/Database.ts"
import { orDefect } from "../../sql/orDefect.ts"
import { enduring } from "../run/retryDefects.ts"
import * as SoleRunner from "./soleRunner.ts"

/** Numbers that a runner can have. */
const machines = 1024

/** One runner has them all; each is a term of the query that looks for messages. */
const shards = 8

/**
 * The engine names its messages by the time and by the runner's number, which would be 0 at each start: after a clock that was set back, new
 * messages would be taken for old ones. So the number is another one whenever there are messages since the last start.
 */
const runnerStorage = Layer.effect(
  RunnerStorage.RunnerStorage,
  Effect.gen(function*() {
    const { writer } = yield* Database
    const storage = yield* RunnerStorage.makeMemory
    const number = Effect.map(
      orDefect(writer<{ n: number }>`SELECT COUNT(*) % ${machines} AS n FROM cluster_messages`),
      ([row]) => MachineId.make(row?.n ?? 0)
    )
    return { ...storage, register: (...runner) => Effect.zipRight(storage.register(...runner), number) }
  })
)

const config = Layer.effect(
  ShardingConfig.ShardingConfig,
  Effect.map(AppConfig, ({ jobsPollInterval, jobsStopTimeout }) => ({
    ...ShardingConfig.defaults,
    shardsPerGroup: shards,
    entityMessagePollInterval: jobsPollInterval,
    entityTerminationTimeout: jobsStopTimeout,
    // there is no other runner to hear of
    refreshAssignmentsInterval: Duration.minutes(1),
    // a run that sleeps for hours need not wait for it in memory
    entityMaxIdleTime: Duration.seconds(5),
    simulateRemoteSerialization: false
  }))
)

/** The engine keeps its messages by the writing client, so that whatever enqueues does so in its own transaction. */
const storage = Layer.effect(SqlClient.SqlClient, Effect.map(Database, ({ writer }) => writer))

/** The engine delivers a message from a moment on that its payload names, and makes the payload's class itself: without one. */
const isDelayed = Schema.is(Schema.Struct({ deliver_at: Schema.Int }))

/**
 * The engine tries its own statements a few times within a second, and then goes on as if they had been done: a run whose end it could not
 * store would be known as running until a restart. So they are tried until they succeed. A stop does not wait for that, as the next start
 * finds what was not stored. A message belongs to whoever enqueues, and fails with the transaction.
 */
const enduringStorage = Layer.effect(
  MessageStorage.MessageStorage,
  Effect.map(MessageStorage.MessageStorage, (storage) => ({
    ...storage,
    saveRequest: (request) => {
      const { payload } = request.envelope
      if (isDelayed(payload)) {
        Object.assign(payload, { [DeliverAt.symbol]: () => DateTime.unsafeMake(payload.deliver_at) })
      }
      return storage.saveRequest(request)
    },
    saveReply: (reply) => enduring(storage.saveReply(reply)),
    resetShards: (shards) => enduring(storage.resetShards(shards))
  }))
)

/** By what the engine's rows of a finished run are found again, to be removed. */
const index = Layer.effectDiscard(
  Effect.flatMap(
    Database,
    ({ writer }) =>
      Effect.orDie(writer`CREATE INDEX IF NOT EXISTS cluster_messages_by_entity ON cluster_messages (entity_id)`)
  )
)

/**
 * Waits until the runner has its shards: before, the engine would wait for them inside of the transaction of whoever enqueues. To be awaited
 * once the workflows are registered, as from then on the runner looks for their messages.
 */
export const ready = Effect.gen(function*() {
  const sharding = yield* Sharding.Sharding
  const all = Array.makeBy(shards, (n) => ShardId.make("default", n + 1))
  yield* Effect.yieldNow().pipe(Effect.repeat({ until: () => all.every(sharding.hasShardId) }))
})

/** The parts of @effect/cluster's `SingleRunner`, which would read HOST and PORT from the environment as those of its cluster. */
const runner = Layer.map(
  inOrder(
    config,
    runnerStorage,
    RunnerHealth.layerNoop,
    SqlMessageStorage.layer,
    enduringStorage,
    Runners.layerNoop,
    Sharding.layer
  ),
  Context.pick(MessageStorage.MessageStorage, Sharding.Sharding)
)

const engine = inOrder(SoleRunner.layer, storage, runner, ClusterWorkflowEngine.layer, index)

/**
 * The workflow engine: @effect/workflow on one embedded runner, whose messages are in our own database. A run that a crash cut off goes on
 * where its finished activities end.
 */
export const layer = Layer.scopedContext(
  // what it forks copies its context some thousand times a job, so it gets no service that it does not ask for
  Effect.mapInputContext(
    Effect.map(
      inBackground(Layer.build(engine)),
      Context.pick(MessageStorage.MessageStorage, Sharding.Sharding, WorkflowEngine.WorkflowEngine)
    ),
    (context: Context.Context<AppConfig | Database | Scope.Scope>) =>
      Context.pick(AppConfig, Database, Scope.Scope)(context)
  )
)
