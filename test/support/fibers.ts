import { Effect, Fiber, Option } from "effect"

/** Tells whether a fiber has ended. */
export const isDone = <A, E>(fiber: Fiber.RuntimeFiber<A, E>) => Effect.map(Fiber.poll(fiber), Option.isSome)

/** Forks an effect and lets it run to its first wait. In a queue, it then stands behind those forked before. */
export const forkToFirstWait = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.zipLeft(Effect.fork(effect), Effect.yieldNow())
