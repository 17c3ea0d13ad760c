import * as QualityList from "../../../domain/QualityList.ts"

/** Accepts `charset=utf-8`, since every answer is UTF-8. A range with any other parameter fits no answer. */
const fitsParameters = ({ parameters }: QualityList.Preference) =>
  [...parameters].every(([name, value]) => name === "charset" && value === "utf-8")

/**
 * Closeness of a range to a type: 2 for the type itself, 1 for `type/*`, 0 for all types. Older clients write `*` for
 * all types.
 */
const closenessOf = ({ range }: QualityList.Preference, type: string) => {
  if (range === type) return 2
  if (range === `${type.split("/", 1)[0]}/*`) return 1
  return range === "*/*" || range === "*" ? 0 : undefined
}

/** Finds the range that decides about a type: the most specific one that fits (RFC 9110, 12.5.1). */
const matchOf = (preferences: ReadonlyArray<QualityList.Preference>) => (type: string) => {
  let found: (QualityList.Match & { readonly specificity: number }) | undefined
  for (const [position, preference] of preferences.entries()) {
    const closeness = closenessOf(preference, type)
    if (closeness === undefined || !fitsParameters(preference)) continue
    const specificity = closeness + (preference.parameters.size > 0 ? 1 : 0)
    if (found !== undefined && found.specificity >= specificity) continue
    found = { quality: preference.quality, closeness, position, specificity }
  }
  return found
}

/**
 * Chooses the media type that an `Accept` header prefers. Without a header, or if no offer is acceptable, the first
 * offer is chosen. RFC 9110, 12.5.1 and 15.5.7 let a server disregard the header, and that serves more clients than a
 * 406.
 */
export const preferredType = <Type extends string>(
  header: string | undefined,
  offers: readonly [Type, ...ReadonlyArray<Type>]
): Type => QualityList.best(offers, matchOf(QualityList.parse(header ?? ""))) ?? offers[0]
