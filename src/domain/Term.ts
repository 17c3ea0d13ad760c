import { Schema } from "effect"
import type { Text } from "./Text.ts"

/** A short phrase inside a sentence: in both languages for people, and under one name for programs. */
export interface Term extends Text {
  readonly name: string
}

/** Makes a term in both languages. Its name is the English text unless another is given, such as a client's field. */
export const term = (fr: string, en: string, name: string = en): Term => ({ fr, en, name })

/** Makes a term that is the same in every language: a code, or a name given by the client or a standard. */
export const verbatim = (name: string): Term => term(name, name)

/** A field of a failure that its sentence shows. The wire carries its name, whatever the language. */
export const Named = Schema.transform(
  Schema.String,
  Schema.Struct({ fr: Schema.String, en: Schema.String, name: Schema.String }),
  { strict: true, decode: verbatim, encode: ({ name }) => name }
)
