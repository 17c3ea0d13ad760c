import { Duration } from "effect"
import { counted } from "../domain/counted.ts"
import { type Text, text } from "../domain/Text.ts"

/** Formats a duration in words: `3 secondes`, `3 seconds`. */
export const secondsText = (duration: Duration.Duration): Text => {
  const { en, fr } = counted(Duration.toSeconds(duration), "seconde", "second")
  return text(fr.replace(".", ","), en)
}
