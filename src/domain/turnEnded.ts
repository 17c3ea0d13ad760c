import { Effect } from "effect"
import { waitFor } from "./Wait.ts"

/**
 * Completes at the end of the event loop's turn, whatever clock the caller runs under. Work that was gathered for that
 * end by then has run. A sleep of 0 would wait for a millisecond instead.
 */
export const turnEnded: Effect.Effect<void> = Effect.async<void>((resume) => {
  const immediate = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(immediate))
}, waitFor("signal", () => ({ name: "event loop" })))
