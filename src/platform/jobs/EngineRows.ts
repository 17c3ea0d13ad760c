import { EntityAddress, EntityId, EntityType, MessageStorage, Sharding } from "@effect/cluster"
import { Effect } from "effect"
import type { JobId } from "./Job.ts"
import { JobRun } from "./JobRun.ts"

/** What the engine keeps of a run: its messages, activities included, and its sleeps. */
const entityTypes = [`Workflow/${JobRun.name}`, "Workflow/-/DurableClock"].map((type) =>
  EntityType.EntityType.make(type)
)

/** The engine removes nothing by itself. */
export const make = Effect.gen(function*() {
  const storage = yield* MessageStorage.MessageStorage
  const sharding = yield* Sharding.Sharding
  const removeRun = Effect.fnUntraced(function*(id: JobId, run: number) {
    const entityId = EntityId.make(yield* JobRun.executionId({ id, run, due_at: 0 }))
    const shardId = sharding.getShardId(entityId, "default")
    yield* Effect.forEach(
      entityTypes,
      (entityType) =>
        Effect.orDie(storage.clearAddress(new EntityAddress.EntityAddress({ entityType, entityId, shardId }))),
      { concurrency: 1, discard: true }
    )
  })
  return {
    /** Removes what the engine keeps of a job's runs, the first to the `latest`. */
    remove: (id: JobId, latest: number): Effect.Effect<void> =>
      Effect.forEach(
        Array.from({ length: latest }, (_, n) => n + 1),
        (run) => removeRun(id, run),
        { concurrency: 1, discard: true }
      )
  }
})
