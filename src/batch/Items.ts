import { Effect, ParseResult, Schema, type SchemaAST } from "effect"

/** The longest item, in UTF-16 code units. */
const longestItem = 10_000

const rule = `must be a string of at most ${longestItem} characters`

// the answer to a wrong batch shall not be larger than the batch
const mostIssues = 10

const isItem = (value: unknown): value is string => typeof value === "string" && value.length <= longestItem

const isItems = (input: unknown): input is ReadonlyArray<string> => Array.isArray(input) && input.every(isItem)

const firstIssues = (input: ReadonlyArray<unknown>, ast: SchemaAST.AST) => {
  const issues: Array<ParseResult.Pointer> = []
  for (let index = 0; index < input.length && issues.length < mostIssues; index++) {
    const value = input[index]
    if (!isItem(value)) issues.push(new ParseResult.Pointer(index, input, new ParseResult.Type(ast, value, rule)))
  }
  return issues
}

const check = (input: unknown, _: SchemaAST.ParseOptions, ast: SchemaAST.AST) => {
  if (isItems(input)) return Effect.succeed(input)
  const [first, ...others] = Array.isArray(input) ? firstIssues(input, ast) : []
  return Effect.fail(
    first === undefined
      ? new ParseResult.Type(ast, input, "must be an array of strings")
      : new ParseResult.Composite(ast, input, [first, ...others])
  )
}

/**
 * The items of a batch: strings of at most 10,000 characters. Checked in one pass that names the first ten wrong items: `Schema.Array` takes
 * 0.2 s of the loop for the 350,000 empty strings that fit in 1 MiB, and 1.8 s to complain of as many numbers.
 */
export const Items = Schema.declare([], { decode: () => check, encode: () => check }, {
  jsonSchema: { type: "array", items: { type: "string", maxLength: longestItem }, examples: [["a", "b"]] }
})
