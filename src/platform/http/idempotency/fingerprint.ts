import { Predicate } from "effect"
import { createHash } from "node:crypto"

const members = (value: object): string =>
  Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
    .join()

/**
 * Writes a value as JSON with its members in order, so that equal values have equal texts. Beyond JSON, a bigint is its
 * digits and an `n`. An object with `toJSON` (dates, options) is its result, and any other iterable is its elements.
 */
export const canonical = (value: unknown): string => {
  if (typeof value === "number" || value === undefined) return String(value)
  if (typeof value === "bigint") return `${value}n`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  if (Predicate.hasProperty(value, "toJSON") && Predicate.isFunction(value.toJSON)) return canonical(value.toJSON())
  return Predicate.isIterable(value) ? `[${Array.from(value, canonical).join()}]` : `{${members(value)}}`
}

export const sha256 = (written: string): string => createHash("sha256").update(written).digest("hex")
