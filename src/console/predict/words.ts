import { language, say } from "../texts.ts"

/** Writes a figure with four digits, which is what a run of this size knows. */
export const figure = (value: number): string =>
  new Intl.NumberFormat(language.value, { maximumSignificantDigits: Math.abs(value) >= 10_000 ? 21 : 4 }).format(
    Math.abs(value) >= 10_000 ? Math.round(value) : value
  )

export const percent = (count: number, of: number): string => of === 0 ? "–" : `${figure(100 * count / of)} %`

/** Reasons of failures in the reader's language; English is the server's. */
export const reasonOf = (reason: string): string => {
  switch (reason) {
    case "timeout":
      return say("délai dépassé", reason)
    case "attempts exhausted":
      return say("essais épuisés", reason)
    case "queue full":
      return say("file pleine", reason)
    case "waited too long":
      return say("attente trop longue", reason)
    case "rate limited":
      return say("débit limité", reason)
    case "breaker open":
      return say("disjoncteur ouvert", reason)
    case "budget spent":
      return say("budget épuisé", reason)
    case "failure":
      return say("échec du service amont", reason)
    case "down":
      return say("service amont arrêté", reason)
    default:
      return reason
  }
}
