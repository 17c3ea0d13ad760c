import {
  ClusterWorkflowEngine,
  MessageStorage,
  RunnerAddress,
  RunnerHealth,
  Runners,
  ShardId,
  Sharding,
  ShardingConfig,
  SqlMessageStorage,
  SqlRunnerStorage
} from "@effect/cluster"
import { WorkflowEngine } from "@effect/workflow"
import { Array, Context, Duration, Effect, Layer, Option, Stream } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import { inOrder } from "../../process/inOrder.ts"
import { Database } from "../../sql/Database.ts"
import { Notifications } from "../../sql/Notifications.ts"
import { enginePort, lockExpiration, lockRefresh, shards } from "../record/serverLocks.ts"
import { Dispatch } from "./Dispatch.ts"
import { enduringStorage, index, storage } from "./engineStorage.ts"
import { repeatable } from "./repeatable.ts"
import * as Servers from "./servers.ts"
import { wake } from "./wake.ts"

/** Pause between two looks at which servers live. */
const assignmentsRefresh = Duration.seconds(1)

/** The name of this server, with a port, which no server has. */
const address = Effect.map(Database, ({ server }) => RunnerAddress.make(server, enginePort))

const config = (runnerAddress: Option.Option<RunnerAddress.RunnerAddress>) =>
  Layer.effect(
    ShardingConfig.ShardingConfig,
    Effect.map(AppConfig, ({ jobsPollInterval, jobsStopTimeout }) => ({
      ...ShardingConfig.defaults,
      runnerAddress,
      shardsPerGroup: shards,
      // An advisory lock would live as long as a frozen server's connection.
      shardLockDisableAdvisory: true,
      shardLockExpiration: lockExpiration,
      shardLockRefreshInterval: lockRefresh,
      refreshAssignmentsInterval: Option.isSome(runnerAddress) ? assignmentsRefresh : Duration.minutes(1),
      entityMessagePollInterval: jobsPollInterval,
      entityTerminationTimeout: jobsStopTimeout,
      // Lets a run that sleeps for hours leave memory.
      entityMaxIdleTime: Duration.seconds(5),
      simulateRemoteSerialization: false
    }))
  )

/** Shares out the jobs by locks in the database; no server calls another one. */
const sharding = (runnerAddress: Option.Option<RunnerAddress.RunnerAddress>) =>
  Layer.map(
    inOrder(
      config(runnerAddress),
      SqlRunnerStorage.layer,
      Servers.remembering,
      Option.isSome(runnerAddress) ? Servers.entered : Layer.empty,
      RunnerHealth.layerNoop,
      SqlMessageStorage.layer,
      enduringStorage,
      repeatable,
      Runners.layerNoop,
      Sharding.layer
    ),
    Context.pick(MessageStorage.MessageStorage, Sharding.Sharding)
  )

/**
 * A second engine takes the messages. It owns no shards; otherwise enqueueing would wait within its transaction, for
 * seconds, while shards move between servers.
 */
const enqueueing = Layer.map(
  ClusterWorkflowEngine.layer.pipe(Layer.provide(Layer.fresh(sharding(Option.none())))),
  Context.pick(WorkflowEngine.WorkflowEngine)
)

const dispatch = Layer.scoped(
  Dispatch,
  Effect.gen(function*() {
    const { hasShardId } = yield* Sharding.Sharding
    const engine = Context.get(yield* Layer.build(enqueueing), WorkflowEngine.WorkflowEngine)
    const all = Array.makeBy(shards, (n) => ShardId.make("default", n + 1))
    return {
      isShared: true,
      engine,
      ready: Effect.void,
      shards: Effect.sync(() => all.filter((shard) => hasShardId(shard)).length),
      total: shards
    }
  })
)

/** Looks for messages when another server has added one; otherwise they would wait for the next poll. */
const woken = Layer.scopedDiscard(Effect.gen(function*() {
  const { listen } = yield* Notifications
  const { pollStorage } = yield* Sharding.Sharding
  yield* Effect.forkScoped(Stream.runForEach(listen(wake), () => pollStorage))
}))

/** The engine of a server that shares its database with others. */
export const layer = Layer.unwrapEffect(Effect.map(address, (own) =>
  inOrder(
    storage,
    sharding(Option.some(own)),
    ClusterWorkflowEngine.layer,
    Servers.leaving,
    dispatch,
    woken,
    index
  )))
