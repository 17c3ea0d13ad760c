import { Either, ParseResult, type Schema } from "effect"
import { compile, options, unsettled } from "./Step.ts"

type Parse<A> = (input: unknown) => Either.Either<A, ParseResult.ParseIssue>

/** What a step made of a value is what its schema says, which the types of syntax trees do not. */
const typed = <A>(output: unknown) => output as A

/**
 * A schema compiled to closures, for values that are valid, which almost all are: several times as fast. A value that is not, or that only
 * Effect can tell of, goes to Effect's own parser, so that results and issues (all of them at once) are the same.
 */
export const decoder = <A, I>(schema: Schema.Schema<A, I>): Parse<A> => {
  const step = compile(schema.ast, true)
  const parse = ParseResult.decodeUnknownEither(schema, options)
  return (input) => {
    const output = step(input)
    return output === unsettled ? parse(input) : Either.right(typed<A>(output))
  }
}

/** The same from a schema's type to what it is written as. */
export const encoder = <A, I>(schema: Schema.Schema<A, I>): Parse<I> => {
  const step = compile(schema.ast, false)
  const parse = ParseResult.encodeUnknownEither(schema, options)
  return (input) => {
    const output = step(input)
    return output === unsettled ? parse(input) : Either.right(typed<I>(output))
  }
}
