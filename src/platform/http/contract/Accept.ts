import * as QualityList from "../../../domain/QualityList.ts"

/** All that we answer is UTF-8: a range may say so. No other parameter of a range fits. */
const fitsParameters = ({ parameters }: QualityList.Preference) =>
  [...parameters].every(([name, value]) => name === "charset" && value === "utf-8")

/** 2 for the type itself, 1 for all of its kind, 0 for all types; `*` is how older clients write the last. */
const closenessOf = ({ range }: QualityList.Preference, type: string) => {
  if (range === type) return 2
  if (range === `${type.split("/", 1)[0]}/*`) return 1
  return range === "*/*" || range === "*" ? 0 : undefined
}

/** The most specific range that fits a type decides alone (RFC 9110, 12.5.1). */
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
 * The media type that an `Accept` header prefers. The first one on offer where there is no header and where none is acceptable: RFC 9110,
 * 12.5.1 and 15.5.7 let a server disregard the header then, which serves more clients than a 406.
 */
export const preferredType = <Type extends string>(
  header: string | undefined,
  offers: readonly [Type, ...ReadonlyArray<Type>]
): Type => QualityList.best(offers, matchOf(QualityList.parse(header ?? ""))) ?? offers[0]
