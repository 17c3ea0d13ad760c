import { type Text, text } from "../../../domain/Text.ts"

/**
 * Bounds on the structure of a JSON text, apart from its length. Even a small text can take long to parse, and much
 * memory.
 */
export interface Bounds {
  /** Objects, arrays and their elements. */
  readonly values: number
}

/** Levels of nesting. The bound lets readers of a value recurse. */
const deepest = 100

/** Characters of a number. Parsing it exactly takes time quadratic in its length. */
const longestNumber = 1000

const tooDeep = text(`doit avoir au plus ${deepest} niveaux`, `must not nest deeper than ${deepest} levels`)

const tooLong = text(
  `doit n'avoir aucun nombre de plus de ${longestNumber} caractères`,
  `must have no number of more than ${longestNumber} characters`
)

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c

/** Finds the closing quote of the string that begins at `start`; the end of the text if the string is not closed. */
const endOfString = (json: Buffer, start: number): number => {
  let end = json.indexOf(quote, start + 1)
  while (end > 0) {
    let slashes = 0
    while (json[end - 1 - slashes] === backslash) slashes++
    if (slashes % 2 === 0) return end
    end = json.indexOf(quote, end + 1)
  }
  return json.length
}

/** Matches digits, signs, point and exponent. */
const isOfNumber = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || byte === 0x2e || byte === 0x2b || byte === 0x2d || byte === 0x45 || byte === 0x65

const opens = (byte: number): boolean => byte === 0x5b || byte === 0x7b
const closes = (byte: number): boolean => byte === 0x5d || byte === 0x7d

/**
 * Finds the bound that a JSON text exceeds, before it is parsed. One pass over its bytes keeps nothing, and 1 MiB takes
 * 1 to 2 ms. Invalid JSON is left to the parser.
 */
export const excess = (json: Buffer, { values: most }: Bounds): Text | undefined => {
  let depth = 0
  let values = 1
  let digits = 0
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] ?? 0
    if (isOfNumber(byte)) {
      if (++digits > longestNumber) return tooLong
      continue
    }
    digits = 0
    if (byte === quote) {
      at = endOfString(json, at)
    } else if (opens(byte)) {
      values++
      if (++depth > deepest) return tooDeep
    } else if (closes(byte)) {
      depth--
    } else if (byte === comma) {
      values++
    }
    if (values > most) return text(`doit avoir au plus ${most} valeurs`, `must have at most ${most} values`)
  }
  return undefined
}
