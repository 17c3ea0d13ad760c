import { Duration, Effect, Random } from "effect"
import { longest } from "./DurationText.ts"
import type { Backoff, Retry } from "./Policy.ts"

/** Draws a pause from the backoff and the pause before, 0 at first; all in whole milliseconds. */
export type Jitter = (backoff: number, before: number) => Effect.Effect<number>

const evenly = (from: number, to: number): Effect.Effect<number> => Random.nextIntBetween(from, Math.max(from, to) + 1)

const mostOf = (backoff: Backoff): number => Duration.toMillis("max" in backoff ? backoff.max ?? longest : longest)

/** Returns the jitter of a retry; undefined where its pauses are not drawn. */
export const jitterOf = ({ backoff, jitter }: Retry): Jitter | undefined => {
  switch (jitter) {
    case "full":
      return (pause) => evenly(0, pause)
    case "equal":
      return (pause) => evenly(Math.ceil(pause / 2), pause)
    case "decorrelated": {
      const base = Duration.toMillis(backoff.base)
      const most = mostOf(backoff)
      return (_, before) => Effect.map(evenly(base, Math.max(base, before) * 3), (pause) => Math.min(pause, most))
    }
    default:
      return undefined
  }
}
