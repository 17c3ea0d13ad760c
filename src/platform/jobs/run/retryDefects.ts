import { Cause, Chunk, Duration, Effect } from "effect"
import { endless } from "../../../policy/Backoff.ts"
import { isPassing } from "../../sql/DatabaseUnavailable.ts"

const pauses = endless({ kind: "exponential", base: Duration.seconds(1), max: Duration.minutes(1) })

/**
 * Retries defects for ever, so that an accepted job continues, for example once there is room on the disk again. The
 * engine would keep a defect as the result.
 */
export const retryDefects = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.sandbox,
    Effect.tapError((cause) =>
      Cause.isDie(cause) ? Effect.logError("a job failed unexpectedly and is retried", cause) : Effect.void
    ),
    Effect.retry({ schedule: pauses, while: Cause.isDie }),
    Effect.unsandbox
  )

/** The pauses of a watcher while the database is away. */
const awayPauses = endless({ kind: "constant", base: Duration.seconds(1) })

/** Repeats a read while the database is in a passing state, so that a watcher is not cut off with its server. */
export const whileAway = <A, E, R>(read: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  read.pipe(
    Effect.sandbox,
    Effect.retry({
      schedule: awayPauses,
      while: (cause) => Cause.isDie(cause) && Chunk.every(Cause.defects(cause), isPassing)
    }),
    Effect.unsandbox
  )

/**
 * Retries a statement of the engine until the database takes it. Its pauses can be interrupted even if the statement
 * cannot, so a stop does not wait for them.
 */
export const enduring = <A, E extends { readonly _tag: string }>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.catchAll(effect, (error) =>
    error._tag === "PersistenceError"
      ? Effect.logError("the engine could not store a job's progress and retries", error).pipe(
        Effect.zipRight(Effect.interruptible(Effect.sleep("1 second"))),
        Effect.zipRight(Effect.suspend(() => enduring(effect)))
      )
      : Effect.fail(error))
