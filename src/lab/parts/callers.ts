import { Array, Effect, Fiber } from "effect"

/**
 * Runs the work of some callers at once, each in a fiber of its own; they count from 1. Callers are independent: one
 * that is interrupted leaves the others alone.
 */
export const callers = <R>(number: number, work: (caller: number) => Effect.Effect<void, never, R>) =>
  Effect.forEach(Array.range(1, number), (caller) => Effect.fork(work(caller)), { concurrency: 1 }).pipe(
    Effect.flatMap(Fiber.awaitAll),
    Effect.asVoid
  )

/** Runs the same work by one caller after the other. */
export const inTurn = <R>(number: number, work: (caller: number) => Effect.Effect<void, never, R>) =>
  Effect.forEach(Array.range(1, number), work, { concurrency: 1, discard: true })
