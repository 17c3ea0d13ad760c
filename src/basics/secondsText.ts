import { Duration } from "effect"
import { type Text, text } from "../domain/Text.ts"

/**
 * Formats a duration in words: `3 secondes`, `3 seconds`. The plural begins at 2 in French; in English only 1 is
 * singular.
 */
export const secondsText = (duration: Duration.Duration): Text => {
  const seconds = Duration.toSeconds(duration)
  return text(
    `${String(seconds).replace(".", ",")} seconde${seconds < 2 ? "" : "s"}`,
    `${seconds} second${seconds === 1 ? "" : "s"}`
  )
}
