import { Either, ParseResult, type Schema } from "effect"
import { compile, options, unsettled } from "./Step.ts"

type Parse<A> = (input: unknown) => Either.Either<A, ParseResult.ParseIssue>

/** Types the output of a step. Its schema guarantees the type, which syntax trees do not carry. */
const typed = <A>(output: unknown) => output as A

/**
 * Compiles a schema to closures, several times faster for valid values. If they cannot decide, Effect's parser runs, so
 * that results and issues (all at once) never differ.
 */
export const decoder = <A, I>(schema: Schema.Schema<A, I>): Parse<A> => {
  const step = compile(schema.ast, true)
  const parse = ParseResult.decodeUnknownEither(schema, options)
  return (input) => {
    const output = step(input)
    return output === unsettled ? parse(input) : Either.right(typed<A>(output))
  }
}

/** Compiles the encoder of a schema, in the same way. */
export const encoder = <A, I>(schema: Schema.Schema<A, I>): Parse<I> => {
  const step = compile(schema.ast, false)
  const parse = ParseResult.encodeUnknownEither(schema, options)
  return (input) => {
    const output = step(input)
    return output === unsettled ? parse(input) : Either.right(typed<I>(output))
  }
}
