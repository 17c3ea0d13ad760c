import { Effect } from "effect"

/** Waits until the turn of the event loop is over, and with it whatever was to be done at its end. */
export const turn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** Waits for some turns of the event loop: work that needs sockets or disks, but no time, is done by then. */
export const turns = (count: number) => Effect.repeatN(turn, count - 1)
