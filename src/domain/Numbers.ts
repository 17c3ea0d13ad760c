import { Schema } from "effect"
import { rule } from "./Rule.ts"

// not Schema.between, which describes a range in English only; the JSON schema has the bounds by themselves
const range = (least: number, most: number, kind: { readonly fr: string; readonly en: string }) => ({
  ...rule(`doit être un ${kind.fr} de ${least} à ${most}`, `must be a ${kind.en} from ${least} to ${most}`),
  jsonSchema: { minimum: least, maximum: most }
})

/** A whole number within bounds, both included. */
export const wholeNumber = (least: number, most: number) =>
  Schema.Int.pipe(
    Schema.filter(
      (value) => value >= least && value <= most,
      range(least, most, { fr: "entier", en: "whole number" })
    )
  )

/** A number above 0, up to a bound. */
export const positiveNumber = (most: number) =>
  Schema.Number.pipe(
    Schema.filter((value) => value > 0 && value <= most, {
      ...rule(`doit être un nombre positif, ${most} au plus`, `must be a positive number, at most ${most}`),
      jsonSchema: { exclusiveMinimum: 0, maximum: most }
    })
  )

/** The rule of an array that may have so many elements. */
export const atMost = (most: number) =>
  rule(`doit avoir au plus ${most} éléments`, `must have at most ${most} elements`)

/** A number within bounds, both included. */
export const numberBetween = (least: number, most: number) =>
  Schema.Number.pipe(
    Schema.filter((value) => value >= least && value <= most, range(least, most, { fr: "nombre", en: "number" }))
  )
