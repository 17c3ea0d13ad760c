import { FastCheck as fc } from "effect"

const surrogates = { first: 0xd800, number: 0x800 }
const last = 0x10ffff

/**
 * Any Unicode character, as the unit of a string. The unit `binary` of fast-check is the same, and takes a second of
 * each process to prepare.
 */
export const anyCharacter = fc.integer({ min: 0, max: last - surrogates.number }).map((place) =>
  String.fromCodePoint(place < surrogates.first ? place : place + surrogates.number)
)
