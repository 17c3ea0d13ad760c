import { FiberId } from "effect"

/**
 * Ids by which the server interrupts a fiber, each for a reason that a recorder of timelines tells. They belong to no
 * fiber, as Effect counts its fibers from 0. The first one is `clientAbortFiberId` of @effect/platform.
 */
export const interruptors = {
  "client left": FiberId.runtime(-499, 0),
  cancelled: FiberId.runtime(-501, 0),
  "plug pulled": FiberId.runtime(-502, 0)
} as const

/** The name of the signal whose wait, once over, makes its fiber's parent interrupt work that was cancelled. */
export const cancellation = "cancellation"

export type Interruptor = keyof typeof interruptors
