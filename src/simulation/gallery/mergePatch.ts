// A JSON merge patch: packages for it take any value, so their results have no type, and they change their input.

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: unknown
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * Merges changes into a JSON value (RFC 7396): members of objects are merged, `null` removes a member, and any other
 * value replaces the one before, arrays as a whole.
 */
export const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) return patch
  const before = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) before.delete(name)
    else before.set(name, mergePatch(before.get(name), value))
  }
  return Object.fromEntries(before)
}
