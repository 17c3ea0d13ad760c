import { Effect } from "effect"

/** Waits until the turn of the event loop is over, and with it whatever was to be done at its end. */
export const turn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})
