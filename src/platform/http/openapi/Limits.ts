import { Predicate } from "effect"

type Json = Readonly<Record<string, unknown>>

const marker = "x-limits"

/** Keywords of a JSON schema whose values are settings, by the variables that have them: the served document has them in force. */
export const limited = (keywords: Readonly<Record<string, string>>) => ({ [marker]: keywords })

/** The document with the values of its settings in their places. */
export const withLimits = (document: Json, limits: Readonly<Record<string, number>>): Json => {
  const inForce = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inForce)
    return Predicate.isRecord(value) ? members(value) : value
  }
  const members = ({ [marker]: keywords, ...rest }: Json): Json => {
    const kept = Object.entries(rest).map(([name, value]) => [name, inForce(value)])
    const named = Predicate.isRecord(keywords) ? Object.entries(keywords) : []
    return Object.fromEntries([...kept, ...named.map(([keyword, variable]) => [keyword, limits[String(variable)]])])
  }
  return members(document)
}
