import type { SqlError } from "@effect/sql"
import { Cause, Chunk, Duration, Effect, Exit, Predicate } from "effect"
import { pauseAfter } from "../../../policy/Backoff.ts"
import { jitterOf } from "../../../policy/jitter.ts"
import type { Retry } from "../../../policy/Policy.ts"
import type { DatabaseCounters } from "../DatabaseCounters.ts"

/** Tries of a statement or a transaction that met a conflict. Few are needed, as each conflict ends one side only. */
const policy = {
  attempts: 5,
  backoff: { kind: "exponential", base: Duration.millis(10), max: Duration.millis(200) },
  jitter: "full"
} as const satisfies Retry

const pause = pauseAfter(policy.backoff)
const jitter = jitterOf(policy) ?? Effect.succeed

/** SQLSTATEs of conflicts with another transaction, after which the same one may succeed. */
const conflicts: ReadonlySet<unknown> = new Set([
  // serialization_failure
  "40001",
  // deadlock_detected
  "40P01",
  // lock_not_available
  "55P03"
])

/** Limit of errors that are wrapped around each other. */
const deepest = 8

const isConflict = (error: unknown, depth = 0): boolean =>
  depth < deepest && Predicate.isObject(error) && (
    (Predicate.hasProperty(error, "code") && conflicts.has(error.code)) ||
    (Predicate.hasProperty(error, "cause") && isConflict(error.cause, depth + 1))
  )

/** True if an effect failed or died by a conflict. Services turn failures of the database into defects. */
const metConflict = <E>(cause: Cause.Cause<E>): boolean =>
  !Cause.isInterrupted(cause) &&
  (Chunk.some(Cause.defects(cause), (defect) => isConflict(defect)) ||
    Chunk.some(Cause.failures(cause), (failure) => isConflict(failure)))

/**
 * Repeats a statement or a whole transaction that met a conflict, until it has been tried often enough or for `most`.
 * The server has undone it each time.
 */
export const retryConflicts = (most: Duration.Duration, counters: DatabaseCounters) => {
  const longest = Duration.toMillis(most)
  return <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> => {
    const attempt = (number: number, began: number): Effect.Effect<A, E, R> =>
      Effect.flatMap(Effect.exit(effect), (exit) => {
        if (Exit.isSuccess(exit) || !metConflict(exit.cause)) return exit
        if (number >= policy.attempts || performance.now() - began >= longest) {
          counters.lockTimeouts++
          return exit
        }
        counters.lockRetries++
        return Effect.flatMap(jitter(pause(number), 0), (milliseconds) =>
          Effect.delay(
            Effect.suspend(() => attempt(number + 1, began)),
            Duration.millis(milliseconds)
          ))
      })
    return Effect.suspend(() => attempt(1, performance.now()))
  }
}
