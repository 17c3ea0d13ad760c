import type { Effect } from "effect"

/** The time that an operation has left. */
export interface TimeLeft {
  /** The milliseconds until the first of its timeouts; undefined where it has none. */
  readonly left: number | undefined
  /** True once the timeout of the whole operation has fired. */
  readonly isOver: boolean
}

/** An operation that is run for each attempt; it may ask how much time it has left. */
export type Operation<A, E, R> = Effect.Effect<A, E, R> | ((time: TimeLeft) => Effect.Effect<A, E, R>)
