import { Clock, Duration, Effect } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { orDefect } from "../sql/orDefect.ts"
import { OutboxRepo } from "./OutboxRepo.ts"

/** Mails removed by one statement, which keeps the event loop and the writer for some milliseconds. */
const removedAtOnce = 1000

/** Removes the mails of the embedded outbox that are older than `OUTBOX_RETENTION`; answers how many. */
export const make = Effect.map(Effect.all([AppConfig, OutboxRepo]), ([{ outboxRetention }, outbox]) => {
  const removeSome = Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => orDefect(outbox.removeOldest({ limit: removedAtOnce, sentUpTo: now - Duration.toMillis(outboxRetention) }))
  )
  return {
    removeOutdated: Effect.gen(function*() {
      let total = 0
      for (let removed = removedAtOnce; removed === removedAtOnce; total += removed) {
        removed = (yield* removeSome).length
      }
      return total
    })
  }
})
