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
import { Array, Context, DateTime, Duration, Effect, Layer, Random, Schema, Scope } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import { inOrder } from "../../process/inOrder.ts"
import { inBackground } from "../../scheduler/background.ts"
import { Database } from "../../sql/Database.ts"
import { orDefect } from "../../sql/orDefect.ts"
import { enduring } from "../run/retryDefects.ts"
import * as SoleRunner from "./soleRunner.ts"

/** Limit of runner numbers. */
const machines = 1024

/** Shards, all owned by one runner. Each is a term of the query for messages. */
const shards = 8

/**
 * Numbers the runner. The engine names messages by time and runner number, which would be 0 at each start. After a
 * clock is set back, new messages would then be taken for old ones. The count of messages gives another number once
 * messages were added.
 */
const runnerStorage = Layer.effect(
  RunnerStorage.RunnerStorage,
  Effect.gen(function*() {
    const { writer } = yield* Database
    const storage = yield* RunnerStorage.makeMemory
    const counted = Effect.map(
      orDefect(writer<{ n: number }>`SELECT COUNT(*) % ${machines} AS n FROM cluster_messages`),
      ([row]) => row?.n ?? 0
    )
    // Several servers on PostgreSQL could count the same.
    const drawn = Random.nextIntBetween(0, machines)
    const number = Effect.map(
      writer.onDialectOrElse({ pg: () => drawn, orElse: () => counted }),
      (machine) => MachineId.make(machine)
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
    // No other runner exists, so its assignments need no refresh.
    refreshAssignmentsInterval: Duration.minutes(1),
    // Lets a run that sleeps for hours leave memory.
    entityMaxIdleTime: Duration.seconds(5),
    simulateRemoteSerialization: false
  }))
)

/** Stores the engine's messages by the writing client, so that enqueueing takes part in the caller's transaction. */
const storage = Layer.effect(SqlClient.SqlClient, Effect.map(Database, ({ writer }) => writer))

/** Matches a payload with a delivery time. The engine builds the payload's class itself, without the delivery time. */
const isDelayed = Schema.is(Schema.Struct({ deliver_at: Schema.Int }))

/**
 * Retries the engine's writes until they succeed. The engine itself gives up within a second and continues as if the
 * write were done. A run whose end was not stored would then count as running until a restart. A stop does not wait for
 * the retries, as the next start repairs the missing writes. Messages are not retried, because they belong to the
 * transaction that enqueues, and fail with it.
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

/** Indexes the engine's rows by entity, so that the rows of a finished run can be found and removed. */
const index = Layer.effectDiscard(
  Effect.flatMap(
    Database,
    ({ writer }) =>
      Effect.orDie(writer`CREATE INDEX IF NOT EXISTS cluster_messages_by_entity ON cluster_messages (entity_id)`)
  )
)

/**
 * Waits until the runner owns its shards; otherwise the first enqueue waits inside its transaction. Call after
 * registering workflows, because the runner then looks for their messages.
 */
export const ready = Effect.gen(function*() {
  const sharding = yield* Sharding.Sharding
  const all = Array.makeBy(shards, (n) => ShardId.make("default", n + 1))
  yield* Effect.yieldNow().pipe(Effect.repeat({ until: () => all.every(sharding.hasShardId) }))
})

/**
 * The parts of @effect/cluster's `SingleRunner`, which would take HOST and PORT from the environment for its cluster.
 */
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
 * The workflow engine: @effect/workflow on one embedded runner, with its messages in Barista's database. After a crash
 * a run resumes after its finished activities.
 */
export const layer = Layer.scopedContext(
  // Picks only the needed services, because the engine's fibers copy their context some thousand times a job.
  Effect.mapInputContext(
    Effect.map(
      // The engine makes its tables.
      Effect.flatMap(Database, ({ exclusively }) => orDefect(exclusively(inBackground(Layer.build(engine))))),
      Context.pick(MessageStorage.MessageStorage, Sharding.Sharding, WorkflowEngine.WorkflowEngine)
    ),
    (context: Context.Context<AppConfig | Database | Scope.Scope>) =>
      Context.pick(AppConfig, Database, Scope.Scope)(context)
  )
)
