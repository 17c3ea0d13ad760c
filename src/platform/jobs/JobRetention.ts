import { Clock, Duration, Effect } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { Database } from "../sql/Database.ts"
import { orDefect } from "../sql/orDefect.ts"
import { removeAll } from "../sql/removeAll.ts"
import * as EngineRows from "./engine/EngineRows.ts"
import { JobsRepo } from "./record/JobsRepo.ts"

/** Jobs removed in one transaction. */
const removedAtOnce = 100

export const make = Effect.gen(function*() {
  const { deadLetterRetention, jobRetention } = yield* AppConfig
  const { transaction } = yield* Database
  const store = yield* JobsRepo
  const engineRows = yield* EngineRows.make

  const removeSome = Effect.fnUntraced(
    function*(limit: number) {
      const now = yield* Clock.currentTimeMillis
      // Looked up in the same transaction, so that no job is retried in between.
      const jobs = yield* store.outdated(limit, {
        done: now - Duration.toMillis(jobRetention),
        dead: now - Duration.toMillis(deadLetterRetention)
      })
      yield* Effect.forEach(jobs, ({ id, run }) => Effect.zipRight(engineRows.remove(id, run), store.remove(id)), {
        concurrency: 1,
        discard: true
      })
      return jobs.length
    },
    transaction,
    orDefect
  )

  return {
    /** Removes finished jobs beyond their retention, with all their records, and returns their number. */
    removeOutdated: removeAll(removedAtOnce, removeSome)
  }
})
