import { WorkflowEngine } from "@effect/workflow"
import { Context, Effect, Function, Layer } from "effect"

/** The way of jobs to the engine, and what differs if several servers share the engine's tables. */
export class Dispatch extends Context.Tag("barista/platform/jobs/Dispatch")<Dispatch, {
  /** True if any number of servers run the jobs of one database. */
  readonly isShared: boolean
  /** The engine that takes messages. */
  readonly engine: WorkflowEngine.WorkflowEngine["Type"]
  /** Waits until the engine takes messages without delay. Call after registering workflows. */
  readonly ready: Effect.Effect<void>
  /** Shards of this server: a part of all jobs each. None says that the server runs nothing now. */
  readonly shards: Effect.Effect<number>
  /** Shards of all servers together. */
  readonly total: number
  /** True once this server is among those that share out the jobs. */
  readonly hasJoined: () => boolean
}>() {
  /** Hands jobs to the engine that runs them. */
  static readonly local = (options: Pick<Dispatch["Type"], "ready" | "shards" | "total">) =>
    Layer.effect(
      Dispatch,
      Effect.map(WorkflowEngine.WorkflowEngine, (engine) => ({
        isShared: false,
        engine,
        hasJoined: Function.constTrue,
        ...options
      }))
    )
}
