import { language } from "../texts.ts"
import { duration } from "../timeline/words.ts"

/** The time of day of a moment that the server wrote. */
export const timeOfDay = (instant: string): string =>
  new Date(instant).toLocaleTimeString(language.value, { hour: "2-digit", minute: "2-digit", second: "2-digit" })

/** The day and time of a moment. */
export const dayAndTime = (instant: string): string =>
  new Date(instant).toLocaleString(language.value, { dateStyle: "medium", timeStyle: "short" })

const units = ["o|B", "Ko|kB", "Mo|MB", "Go|GB"] as const

/** A size in a unit that suits it. */
export const sizeText = (bytes: number): string => {
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const unit = (units[power] ?? "o|B").split("|")[language.value === "fr" ? 0 : 1] ?? ""
  const digits = power === 0 ? 0 : 1
  return `${(bytes / 1000 ** power).toLocaleString(language.value, { maximumFractionDigits: digits })} ${unit}`
}

/** A length of time in the unit that suits it. */
export const durationText = (milliseconds: number): string => duration(Math.round(milliseconds * 1e6), language.value)

/** Cents as euros. */
export const moneyText = (cents: number): string =>
  (cents / 100).toLocaleString(language.value, { style: "currency", currency: "EUR" })
