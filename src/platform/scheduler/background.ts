import { Effect, FiberRef } from "effect"

/** Whether a fiber gives way to requests half-way; `children` is what its fibers do, and not it. */
export const givesWay = FiberRef.unsafeMake<"no" | "children" | "yes">("no", {
  fork: (own) => own === "children" ? "yes" : own,
  join: (own) => own
})

/**
 * What an effect forks runs in the background: it runs after the requests that are there, and gives way to further ones half-way. The effect
 * itself is not stopped half-way, as the making of @effect/cluster's `Sharding` forks a fiber before it has all that this one needs.
 */
export const inBackground = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withSchedulingPriority(Effect.locally(effect, givesWay, "children"), 1)
