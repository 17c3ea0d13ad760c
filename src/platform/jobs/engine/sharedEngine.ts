import {
  ClusterWorkflowEngine,
  MessageStorage,
  RunnerAddress,
  RunnerHealth,
  Runners,
  RunnerStorage,
  ShardId,
  Sharding,
  ShardingConfig,
  SqlMessageStorage,
  SqlRunnerStorage
} from "@effect/cluster"
import { WorkflowEngine } from "@effect/workflow"
import { Array, Context, Duration, Effect, Equal, Layer, Option, Stream } from "effect"
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

/** The part of a server in the jobs: false until it is among those that share them out. */
interface Membership {
  hasJoined: boolean
}

/**
 * Notes when the engine finds its own server among the others, and bounds the release of its locks at a stop. The
 * engine's own bound does not hold there, so that a stop would wait for ever while the database is away.
 */
const runnerStorage = (runnerAddress: Option.Option<RunnerAddress.RunnerAddress>, membership: Membership) =>
  Layer.effect(
    RunnerStorage.RunnerStorage,
    Effect.map(RunnerStorage.RunnerStorage, (storage) => ({
      ...storage,
      // locks that are not released expire
      releaseAll: (address) =>
        Effect.asVoid(Effect.timeoutOption(Effect.interruptible(storage.releaseAll(address)), lockRefresh)),
      getRunners: Effect.tap(storage.getRunners, (runners) =>
        Effect.sync(() => {
          membership.hasJoined ||= runners.some(([{ address }]) => Equal.equals(Option.some(address), runnerAddress))
        }))
    }))
  )

/** Shares out the jobs by locks in the database; no server calls another one. */
const sharding = (runnerAddress: Option.Option<RunnerAddress.RunnerAddress>, membership: Membership) =>
  Layer.map(
    inOrder(
      config(runnerAddress),
      SqlRunnerStorage.layer,
      runnerStorage(runnerAddress, membership),
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
  ClusterWorkflowEngine.layer.pipe(Layer.provide(Layer.fresh(sharding(Option.none(), { hasJoined: false })))),
  Context.pick(WorkflowEngine.WorkflowEngine)
)

const dispatch = (membership: Membership) =>
  Layer.scoped(
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
        total: shards,
        hasJoined: () => membership.hasJoined
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
export const layer = Layer.unwrapEffect(Effect.map(address, (own) => {
  const membership: Membership = { hasJoined: false }
  return inOrder(
    storage,
    sharding(Option.some(own), membership),
    ClusterWorkflowEngine.layer,
    Servers.leaving,
    dispatch(membership),
    woken,
    index
  )
}))
