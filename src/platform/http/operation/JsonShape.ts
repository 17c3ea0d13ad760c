import { type Text, text } from "../../../domain/Text.ts"

/** Bounds on what a JSON text is made of, whatever its length: a small text can take long to parse, and much memory. */
export interface Bounds {
  /** Objects, arrays, and what is in them. */
  readonly values: number
}

/** Levels of nesting; whatever reads a value may then recurse. */
const deepest = 100

/** Characters of a number; an exact one takes time that grows with their square. */
const longestNumber = 1000

const tooDeep = text(`doit avoir au plus ${deepest} niveaux`, `must not nest deeper than ${deepest} levels`)

const tooLong = text(
  `doit n'avoir aucun nombre de plus de ${longestNumber} caractères`,
  `must have no number of more than ${longestNumber} characters`
)

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c

/** The place behind a string that begins at `start`; the end of the text where the string has none. */
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

/** Digits, signs, point and exponent. */
const isOfNumber = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || byte === 0x2e || byte === 0x2b || byte === 0x2d || byte === 0x45 || byte === 0x65

const opens = (byte: number): boolean => byte === 0x5b || byte === 0x7b
const closes = (byte: number): boolean => byte === 0x5d || byte === 0x7d

/**
 * Why a JSON text is not to be parsed, found in one pass over its bytes and without keeping any of it: 1 MiB takes a millisecond or two.
 * Whether it is JSON at all the parser tells.
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
