import { Predicate } from "effect"

type Json = Readonly<Record<string, unknown>>

const marker = "x-limits"

/**
 * Marks keywords of a JSON schema whose values are settings, named by variable. The served document shows the values in
 * force.
 */
export const limited = (keywords: Readonly<Record<string, string>>) => ({ [marker]: keywords })

/** Replaces the marks in a document by the values of its settings. */
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
