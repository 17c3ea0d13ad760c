// negotiator 1.1.0 was tried for `Text.negotiate` and `Accept.ts`, at 2.2 to 4.0 us a header instead of 4.1 to 6.9. It
// differs in 3 of 65 tested headers: in "en-US, fr;q=0.9, en;q=0.1" it chooses French, though "en-US" accepts our
// English (RFC 4647, 3.4). It takes the malformed weights of "en;q=2, fr;q=0.1" and "text/event-stream;q=2" for the
// highest.

/** An element of a quality list (RFC 9110, 12.4.2), in lower case. Its weight runs from 0, refused, to 1. */
export interface Preference {
  readonly range: string
  readonly parameters: ReadonlyMap<string, string>
  readonly quality: number
}

/** The rank that a list gives to one offer. */
export interface Match {
  readonly quality: number
  /** Closeness of the range to the offer; 0 for a wildcard. */
  readonly closeness: number
  /** Index of the range in the list. */
  readonly position: number
}

// an unclosed quote takes the rest, so that no position is scanned twice
const elements = /(?:[^,"]|"(?:[^"\\]|\\.)*(?:"|\\?$))+/gs
const pieces = /(?:[^;"]|"(?:[^"\\]|\\.)*(?:"|\\?$))+/gs
const rangeForm = /^[!#$%&'*+.^_`|~0-9a-z-]+(?:\/[!#$%&'*+.^_`|~0-9a-z-]+)?$/
const parameterForm = /^([!#$%&'*+.^_`|~0-9a-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))$/
/** The form of a weight, wider than a `qvalue`: clients send `.2` and `0.3333`, which are unambiguous. */
const weightForm = /^(?:0?\.\d+|0\.?|1(?:\.0*)?)$/

/** Reads an element; returns undefined for a malformed one, which states no preference. */
const read = (element: string): Preference | undefined => {
  const [range = "", ...written] = (element.toLowerCase().match(pieces) ?? []).map((piece) => piece.trim())
  if (!rangeForm.test(range)) return undefined
  const parameters = new Map<string, string>()
  let quality = 1
  for (const parameter of written.filter((piece) => piece !== "")) {
    const [, name, quoted, token = ""] = parameterForm.exec(parameter) ?? []
    const value = quoted?.replaceAll(/\\(.)/g, "$1") ?? token
    if (name === undefined || (name === "q" && !weightForm.test(value))) return undefined
    if (name === "q") quality = Number(value)
    else parameters.set(name, value)
  }
  return { range, parameters, quality }
}

/**
 * Reads `Accept`, `Accept-Language` and similar headers. Malformed elements are skipped, as RFC 9110, 5.6.1.2
 * prescribes for empty ones.
 */
export const parse = (header: string): ReadonlyArray<Preference> =>
  (header.match(elements) ?? []).flatMap((element) => read(element) ?? [])

const comesFirst = (one: Match, other: Match): boolean => {
  if (one.quality !== other.quality) return one.quality > other.quality
  if (one.closeness !== other.closeness) return one.closeness > other.closeness
  return one.position < other.position
}

/**
 * Chooses the offer that a list prefers; undefined if the list accepts none. Among equal qualities a named offer wins
 * over one that a wildcard covers. Otherwise the first in the list wins, then the first offered.
 */
export const best = <A>(offers: ReadonlyArray<A>, matchOf: (offer: A) => Match | undefined): A | undefined => {
  let found: { readonly offer: A; readonly match: Match } | undefined
  for (const offer of offers) {
    const match = matchOf(offer)
    if (match === undefined || match.quality === 0) continue
    if (found === undefined || comesFirst(match, found.match)) found = { offer, match }
  }
  return found?.offer
}
