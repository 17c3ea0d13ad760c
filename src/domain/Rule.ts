import { Option, type ParseResult, Schema, SchemaAST } from "effect"
import { type Text, text } from "./Text.ts"

const RuleAnnotation: unique symbol = Symbol.for("barista/domain/Rule")

/** Annotates a schema with its rule in both languages, as Effect's own messages know only one. */
export const rule = (fr: string, en: string) => ({ [RuleAnnotation]: text(fr, en), message: () => en })

const isText = (value: unknown): value is Text => typeof value === "object" && value !== null && "fr" in value

/** Returns the rule of a schema, if there is one. */
export const ruleOf = (ast: SchemaAST.Annotated): Option.Option<Text> =>
  Option.filter(SchemaAST.getAnnotation(RuleAnnotation)(ast), isText)

/** Returns the rule that an issue breaks, taken from the schema that failed. */
export const ruleOfIssue = (issue: ParseResult.ParseIssue): Option.Option<Text> =>
  "ast" in issue ? ruleOf(issue.ast) : Option.none()

/**
 * A sentence in both languages inside the server and in one on the wire. The error layer writes it in the request's
 * language.
 */
export const Sentence = Schema.transform(
  Schema.String,
  Schema.Struct({ fr: Schema.String, en: Schema.String }),
  { strict: true, decode: (said) => text(said, said), encode: ({ fr }) => fr }
)
