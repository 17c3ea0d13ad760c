import {
  ClusterWorkflowEngine,
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
import { Array, Context, Duration, Effect, Layer } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import { inOrder } from "../../process/inOrder.ts"
import { Database } from "../../sql/Database.ts"
import { orDefect } from "../../sql/orDefect.ts"
import { Dispatch } from "./Dispatch.ts"
import { enduringStorage, index, storage } from "./engineStorage.ts"
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
    // No other runner exists, so its assignments need no refresh.
    refreshAssignmentsInterval: Duration.minutes(1),
    // Lets a run that sleeps for hours leave memory.
    entityMaxIdleTime: Duration.seconds(5),
    simulateRemoteSerialization: false
  }))
)

/**
 * Waits until the runner owns its shards; otherwise the first enqueue waits inside its transaction. After workflows are
 * registered, the runner then looks for their messages.
 */
const dispatch = Layer.unwrapEffect(Effect.map(Sharding.Sharding, (sharding) => {
  const all = Array.makeBy(shards, (n) => ShardId.make("default", n + 1))
  return Dispatch.local({
    ready: Effect.asVoid(
      Effect.yieldNow().pipe(Effect.repeat({ until: () => all.every(sharding.hasShardId) }))
    ),
    shards: Effect.sync(() => all.filter(sharding.hasShardId).length),
    total: shards
  })
}))

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

/** The engine of the only server of a database. */
export const layer = inOrder(SoleRunner.layer, storage, runner, ClusterWorkflowEngine.layer, dispatch, index)
