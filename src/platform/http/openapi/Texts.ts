import { Predicate } from "effect"
import type { Language } from "../../../domain/Text.ts"

type Json = Readonly<Record<string, unknown>>

/** French texts of the document, by the English ones of the contracts. */
export type Texts = Readonly<Record<string, string>>

const told: ReadonlySet<string> = new Set(["summary", "description"])

/** Matches a status with the names of its problems, which are the same in every language. */
const isName = (text: string) => /^[A-Z][A-Za-z -]*: \w+( or \w+)*$/.test(text)

/** Translates a text as a whole, or as two joined texts. */
const inFrench = (text: string, texts: Texts): string => {
  const whole = texts[text]
  if (whole !== undefined) return whole
  const end = text.lastIndexOf(". ")
  const [first, second] = [texts[text.slice(0, end)], texts[text.slice(end + 2)]]
  if (end >= 0 && first !== undefined && second !== undefined) return `${first}. ${second}`
  return isName(text) ? text.replaceAll(" or ", " ou ") : text
}

/** Translates the document; a text without a translation stays English. */
export const translated = (document: Json, texts: Texts, language: Language): Json => {
  if (language === "en") return document
  const read = (value: unknown, name: string): unknown => {
    if (Array.isArray(value)) return value.map((inner) => read(inner, ""))
    if (Predicate.isRecord(value)) return members(value)
    return Predicate.isString(value) && told.has(name) ? inFrench(value, texts) : value
  }
  const members = (record: Json): Json =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, read(value, name)]))
  return members(document)
}
