import {
  ClusterWorkflowEngine,
  RunnerHealth,
  Runners,
  RunnerStorage,
  ShardId,
  Sharding,
  ShardingConfig,
  SqlMessageStorage
} from "@effect/cluster"
import { SqlClient } from "@effect/sql"
import { Array, Context, Effect, Layer, Scope } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { Database } from "../sql/Database.ts"

/** Of the fibers of the engine and its runs: they give way to requests, whose priority is 0. */
const background = 1

/** One runner has them all; each is a term of the query that looks for messages. */
const shards = 8

/** The parts of @effect/cluster's `SingleRunner`, which would read HOST and PORT from the environment as those of its cluster. */
const runner = Layer.unwrapEffect(Effect.map(AppConfig, ({ jobsPollInterval, jobsStopTimeout }) =>
  Sharding.layer.pipe(
    Layer.provideMerge(Runners.layerNoop),
    Layer.provideMerge(SqlMessageStorage.layer),
    Layer.provide([RunnerStorage.layerMemory, RunnerHealth.layerNoop]),
    Layer.provide(ShardingConfig.layer({
      shardsPerGroup: shards,
      entityMessagePollInterval: jobsPollInterval,
      entityTerminationTimeout: jobsStopTimeout,
      // there is no other runner to hear of
      refreshAssignmentsInterval: "1 minute",
      // a run that sleeps for hours need not wait for it in memory
      entityMaxIdleTime: "5 seconds",
      simulateRemoteSerialization: false
    }))
  )))

/** The engine keeps its messages by the writing client, so that whatever enqueues does so in its own transaction. */
const storage = Layer.effect(SqlClient.SqlClient, Effect.map(Database, ({ writer }) => writer))

/** By what the engine's rows of a finished run are found again, to be removed. */
const index = Layer.effectDiscard(
  Effect.flatMap(
    Database,
    ({ writer }) =>
      Effect.orDie(writer`CREATE INDEX IF NOT EXISTS cluster_messages_by_entity ON cluster_messages (entity_id)`)
  )
)

/** Nothing can be enqueued before the runner has its shards: the engine would wait for them inside of the caller's transaction. */
const ready = Layer.effectDiscard(Effect.gen(function*() {
  const sharding = yield* Sharding.Sharding
  const all = Array.makeBy(shards, (n) => ShardId.make("default", n + 1))
  yield* Effect.yieldNow().pipe(Effect.repeat({ until: () => all.every(sharding.hasShardId) }))
}))

const parts = Layer.merge(ready, index).pipe(
  Layer.provideMerge(ClusterWorkflowEngine.layer),
  Layer.provideMerge(runner),
  Layer.provide(storage)
)

/**
 * The workflow engine: @effect/workflow on one embedded runner, whose messages are in our own database. A run that a crash cut off goes on
 * where its finished activities end.
 */
export const layer = Layer.scopedContext(
  // what it forks copies its context some thousand times a job, so it gets no service that it does not ask for
  Effect.mapInputContext(
    Effect.withSchedulingPriority(Layer.build(parts), background),
    (context: Context.Context<AppConfig | Database | Scope.Scope>) =>
      Context.pick(AppConfig, Database, Scope.Scope)(context)
  )
)
