import type { SqlError } from "@effect/sql"
import { Clock, Duration, Effect } from "effect"
import { endless } from "../../../policy/Backoff.ts"
import type { DatabaseCounters } from "../DatabaseCounters.ts"
import { unavailable } from "../DatabaseUnavailable.ts"

/** The pauses between two tries, about those of SQLite's own busy handler, which would sleep on the event loop. */
const schedule = endless({ kind: "exponential", base: Duration.millis(1), max: Duration.millis(25) })

/** True if another connection holds a lock that a statement needs. The same statement may succeed a moment later. */
export const isLocked = (error: SqlError.SqlError): boolean => unavailable(error)?.reason === "busy"

/**
 * Retries a statement while another connection has its lock, until a moment (milliseconds of the clock). Then fails
 * with SQLite's error.
 */
export const waitForLock = <A, E extends SqlError.SqlError, R>(
  statement: Effect.Effect<A, E, R>,
  until: number,
  counters: DatabaseCounters
): Effect.Effect<A, E, R> => {
  const hasTime = Effect.map(Clock.currentTimeMillis, (now) => {
    const goesOn = now < until
    if (goesOn) counters.lockRetries++
    else counters.lockTimeouts++
    return goesOn
  })
  return Effect.retry(statement, { schedule, while: (error) => isLocked(error) && hasTime })
}

/** Runs a statement, and retries it for at most `timeout` while another connection has its lock. */
export const waitForLockFor = (timeout: Duration.Duration, counters: DatabaseCounters) => {
  const milliseconds = Duration.toMillis(timeout)
  return <A, R>(statement: Effect.Effect<A, SqlError.SqlError, R>): Effect.Effect<A, SqlError.SqlError, R> =>
    Effect.catchIf(
      statement,
      isLocked,
      () => Effect.flatMap(Clock.currentTimeMillis, (now) => waitForLock(statement, now + milliseconds, counters))
    )
}
