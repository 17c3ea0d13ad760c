import { Schema } from "effect"
import { rule } from "./Rule.ts"

/** Any JSON text (RFC 8259), and a sentence in both languages for a text that is none. */
const AnyJson = Schema.parseJson().annotations(rule("doit être du JSON (RFC 8259)", "must be JSON (RFC 8259)"))

/** Reads a value from its JSON text. */
export const fromJson = <A, I, R>(schema: Schema.Schema<A, I, R>) => Schema.compose(AnyJson, schema, { strict: false })
