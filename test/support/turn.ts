import { Effect } from "effect"

/** Waits until the turn of the event loop has ended, with all work scheduled for its end. */
export const turn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** Waits for some turns of the event loop, so that work which needs sockets or disks, but no time, is done. */
export const turns = (count: number) => Effect.repeatN(turn, count - 1)
