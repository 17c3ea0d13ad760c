import { Effect, FiberRef } from "effect"

/**
 * Tells whether a fiber yields to requests half-way. `children` applies to the fiber's children, not to the fiber
 * itself.
 */
export const givesWay = FiberRef.unsafeMake<"no" | "children" | "yes">("no", {
  fork: (own) => own === "children" ? "yes" : own,
  join: (own) => own
})

/**
 * Runs the fibers that an effect forks in the background: they start after pending requests, and yield to further
 * requests half-way. The effect itself is not stopped half-way, because @effect/cluster's `Sharding` forks a fiber
 * before it has everything that the fiber needs.
 */
export const inBackground = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withSchedulingPriority(Effect.locally(effect, givesWay, "children"), 1)
