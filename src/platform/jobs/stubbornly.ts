import { Cause, Effect, Schedule } from "effect"

const pauses = Schedule.exponential("1 second").pipe(Schedule.union(Schedule.spaced("1 minute")))

/**
 * Tries again after defects, for ever: what was accepted goes on once there is room on the disk again, say. The engine would keep a defect as
 * the result.
 */
export const stubbornly = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.sandbox,
    Effect.tapError((cause) =>
      Cause.isDie(cause) ? Effect.logError("a job could not go on; it is tried again", cause) : Effect.void
    ),
    Effect.retry({ schedule: pauses, while: Cause.isDie }),
    Effect.unsandbox
  )
