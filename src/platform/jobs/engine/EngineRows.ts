import { EntityAddress, EntityId, EntityType, MessageStorage, Sharding } from "@effect/cluster"
import { Effect } from "effect"
import type { JobId } from "../Job.ts"
import { executionId, JobRun } from "../run/JobRun.ts"

const entityType = EntityType.EntityType.make(`Workflow/${JobRun.name}`)

/** Removes the engine's rows of runs, since the engine removes nothing by itself. */
export const make = Effect.gen(function*() {
  const storage = yield* MessageStorage.MessageStorage
  const sharding = yield* Sharding.Sharding
  const removeRun = (id: JobId, run: number): Effect.Effect<void> => {
    const entityId = EntityId.make(executionId(id, run))
    const shardId = sharding.getShardId(entityId, "default")
    return Effect.orDie(storage.clearAddress(new EntityAddress.EntityAddress({ entityType, entityId, shardId })))
  }
  return {
    removeRun,
    /** Removes the engine's rows of a job's runs, from the first to the `latest`. */
    remove: (id: JobId, latest: number): Effect.Effect<void> =>
      Effect.forEach(
        Array.from({ length: latest }, (_, n) => n + 1),
        (run) => removeRun(id, run),
        { concurrency: 1, discard: true }
      )
  }
})
