import { Clock, Duration, Effect } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { orDefect } from "../sql/orDefect.ts"
import { removeAll } from "../sql/removeAll.ts"
import { OutboxRepo } from "./OutboxRepo.ts"

const removedAtOnce = 1000

export const make = Effect.map(Effect.all([AppConfig, OutboxRepo]), ([{ outboxRetention }, outbox]) => {
  const removeSome = (limit: number) =>
    Effect.flatMap(
      Clock.currentTimeMillis,
      (now) => orDefect(outbox.removeOldest({ limit, sentUpTo: now - Duration.toMillis(outboxRetention) }))
    )
  return {
    /** Removes mails of the embedded outbox that are older than `OUTBOX_RETENTION`, and returns their number. */
    removeOutdated: removeAll(removedAtOnce, (limit) => Effect.map(removeSome(limit), ({ length }) => length))
  }
})
