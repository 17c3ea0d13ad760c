import { Clock, Duration, Effect } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { Database } from "../sql/Database.ts"
import { orDefect } from "../sql/orDefect.ts"
import { removeAll } from "../sql/removeAll.ts"
import * as EngineRows from "./engine/EngineRows.ts"
import { AttemptsRepo } from "./record/AttemptsRepo.ts"
import { JobsRepo } from "./record/JobsRepo.ts"

/** Jobs removed in one transaction. */
const removedAtOnce = 100

/** The removal of old jobs. */
export interface JobRetention {
  /** Removes finished jobs beyond their retention, with all their records, and returns their number. */
  readonly removeOutdated: Effect.Effect<number>
}

export const make = Effect.gen(function*() {
  const { deadLetterRetention, jobRetention } = yield* AppConfig
  const { transaction } = yield* Database
  const jobs = yield* JobsRepo
  const attempts = yield* AttemptsRepo
  const engineRows = yield* EngineRows.make

  const removeSome = Effect.fnUntraced(
    function*(limit: number) {
      const now = yield* Clock.currentTimeMillis
      // Looked up in the same transaction, so that no job is retried in between.
      const outdated = yield* jobs.outdated(limit, {
        done: now - Duration.toMillis(jobRetention),
        dead: now - Duration.toMillis(deadLetterRetention)
      })
      const remove = ({ id, run }: (typeof outdated)[number]) =>
        Effect.all([engineRows.remove(id, run), attempts.removeAll(id), jobs.remove(id)], {
          concurrency: 1,
          discard: true
        })
      yield* Effect.forEach(outdated, remove, { concurrency: 1, discard: true })
      return outdated.length
    },
    transaction,
    orDefect
  )

  return { removeOutdated: removeAll(removedAtOnce, removeSome) } satisfies JobRetention
})
