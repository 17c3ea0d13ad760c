import { Array, Cause, Effect, Exit, Fiber } from "effect"

/**
 * Runs the work of some callers at once, each in a fiber of its own; they count from 1. Callers are independent: one
 * that is interrupted leaves the others alone. A defect of one is that of all, once all have ended.
 */
export const callers = <R>(number: number, work: (caller: number) => Effect.Effect<void, never, R>) =>
  Effect.forEach(Array.range(1, number), (caller) => Effect.fork(work(caller)), { concurrency: 1 }).pipe(
    Effect.flatMap(Fiber.awaitAll),
    Effect.flatMap(Effect.forEach(
      (ended) => Exit.isFailure(ended) && Cause.isDie(ended.cause) ? ended : Effect.void,
      { concurrency: 1, discard: true }
    ))
  )

/** Runs the same work by one caller after the other. */
export const inTurn = <R>(number: number, work: (caller: number) => Effect.Effect<void, never, R>) =>
  Effect.forEach(Array.range(1, number), work, { concurrency: 1, discard: true })
