import { Schema } from "effect"
import type { Text } from "./Text.ts"

/** A word or a few of ours inside a sentence: in both languages for people, and under one name for programs. */
export interface Term extends Text {
  readonly name: string
}

/** A term in both languages. Its name is the English one unless another is given, as that of a client's field. */
export const term = (fr: string, en: string, name: string = en): Term => ({ fr, en, name })

/** A code, or a name that the client or a standard gave: the same in every language. */
export const verbatim = (name: string): Term => term(name, name)

/** A field of a failure that its sentence shows. On the wire it is the name, whatever the language. */
export const Named = Schema.transform(
  Schema.String,
  Schema.Struct({ fr: Schema.String, en: Schema.String, name: Schema.String }),
  { strict: true, decode: verbatim, encode: ({ name }) => name }
)
