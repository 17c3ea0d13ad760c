// The parser of effect 3.22.4 was measured first. For each property the parser makes an Either, an array of issues and
// a step counter. A list of 20 users takes 34 to 78 us by the parser, and 10 to 13 us here. A transfer's body takes 4.5
// to 5.7 us, and 1.0 to 1.3 us here.
import { Either, Option, ParseResult, Schema, SchemaAST } from "effect"

/** Output of a step that cannot decide: the value is invalid, or its validity needs Effect's parser. */
export const unsettled: unique symbol = Symbol.for("barista/platform/codec/unsettled")

/** Decodes or encodes a value of one schema, or returns `unsettled`. */
export type Step = (input: unknown) => unknown

/** Parse options of the whole product: all issues at once. */
export const options: SchemaAST.ParseOptions = { errors: "all" }

/** Makes a step of Effect's own parser. */
const stock = (ast: SchemaAST.AST, isDecoding: boolean): Step => {
  const schema = Schema.make<unknown, unknown, never>(ast)
  const parse = isDecoding
    ? ParseResult.decodeUnknownEither(schema, options)
    : ParseResult.encodeUnknownEither(schema, options)
  return (input) => settled(parse(input))
}

/** Returns a successful result; a failure, or a result that needs a fiber, is unsettled. */
const settled = (result: unknown): unknown =>
  Either.isEither(result) && Either.isRight(result) ? result.right : unsettled

const same: Step = (input) => input

const where = (holds: (input: unknown) => boolean): Step => (input) => (holds(input) ? input : unsettled)

const andThen = (first: Step, second: Step): Step => {
  if (first === same) return second
  if (second === same) return first
  return (input) => {
    const output = first(input)
    return output === unsettled ? unsettled : second(output)
  }
}

const isRecord = (input: unknown): input is Readonly<Record<PropertyKey, unknown>> =>
  typeof input === "object" && input !== null && !Array.isArray(input)

const withoutRefinements = (ast: SchemaAST.AST): SchemaAST.AST =>
  ast._tag === "Refinement" ? withoutRefinements(ast.from) : ast

const refinement = (ast: SchemaAST.Refinement, isDecoding: boolean): Step => {
  if (!isDecoding) {
    return andThen(compile(SchemaAST.typeAST(ast), true), compile(withoutRefinements(ast.from), false))
  }
  const from = compile(ast.from, true)
  return andThen(from, (input) => Option.isNone(ast.filter(input, options, ast)) ? input : unsettled)
}

/** Renames a property, and adds or removes its default. */
const renamed = (
  { decode, encode, from, to }: SchemaAST.PropertySignatureTransformation,
  isDecoding: boolean
) => {
  const [oldName, newName, change] = isDecoding ? [from, to, decode] : [to, from, encode]
  return (record: Record<PropertyKey, unknown>) => {
    const value = change(Object.hasOwn(record, oldName) ? Option.some(record[oldName]) : Option.none())
    delete record[oldName]
    if (Option.isSome(value)) record[newName] = value.value
  }
}

/** Functions of syntax trees, whose results may have any type. */
type Change = (
  value: unknown,
  options: SchemaAST.ParseOptions,
  ast: SchemaAST.Transformation,
  input: unknown
) => unknown
type Parse = (input: unknown, options: SchemaAST.ParseOptions, ast: SchemaAST.Declaration) => unknown

/** Makes the step between the two sides of a transformation. The step also gets the transformation's whole input. */
const middle = (ast: SchemaAST.Transformation, isDecoding: boolean): (value: unknown, input: unknown) => unknown => {
  const { transformation } = ast
  switch (transformation._tag) {
    case "ComposeTransformation":
      return same
    case "TypeLiteralTransformation": {
      const changes = transformation.propertySignatureTransformations.map((one) => renamed(one, isDecoding))
      if (changes.length === 0) return same
      return (value) => {
        if (!isRecord(value)) return unsettled
        const record = { ...value }
        for (const change of changes) change(record)
        return record
      }
    }
    case "FinalTransformation": {
      const change: Change = isDecoding ? transformation.decode : transformation.encode
      return (value, input) => settled(change(value, options, ast, input))
    }
  }
}

const transformation = (ast: SchemaAST.Transformation, isDecoding: boolean): Step => {
  const [first, last] = isDecoding ? [ast.from, ast.to] : [ast.to, ast.from]
  const before = compile(first, isDecoding)
  const change = middle(ast, isDecoding)
  const after = compile(last, isDecoding)
  return (input) => {
    const value = before(input)
    if (value === unsettled) return unsettled
    const changed = change(value, input)
    return changed === unsettled ? unsettled : after(changed)
  }
}

/** True for a plain object with exactly these properties, in this order. */
const isExactly = (input: object, names: ReadonlyArray<PropertyKey>): boolean => {
  let count = 0
  for (const name in input) {
    if (names[count] !== name) return false
    count++
  }
  return count === names.length && Object.getPrototypeOf(input) === Object.prototype
}

/** Returns the input itself if no part of a record changes, because a copy by dynamic names costs most in V8. */
const record = (ast: SchemaAST.TypeLiteral, isDecoding: boolean): Step => {
  const fields = ast.propertySignatures.map(({ isOptional, name, type }) => ({
    name,
    isOptional,
    step: compile(type, isDecoding)
  }))
  const names = fields.map(({ name }) => name)
  return (input) => {
    if (!isRecord(input)) return unsettled
    let output: Record<PropertyKey, unknown> | undefined = isExactly(input, names) ? undefined : {}
    for (const { isOptional, name, step } of fields) {
      if (isOptional && !Object.hasOwn(input, name)) continue
      const given = input[name]
      const value = step(given)
      if (value === unsettled) return unsettled
      if (output === undefined && value !== given) output = { ...input }
      if (output !== undefined) output[name] = value
    }
    return output ?? input
  }
}

const list = (element: SchemaAST.AST, isDecoding: boolean): Step => {
  const step = compile(element, isDecoding)
  return (input) => {
    if (!Array.isArray(input)) return unsettled
    let output: Array<unknown> | undefined
    for (let index = 0; index < input.length; index++) {
      const value = step(input[index])
      if (value === unsettled) return unsettled
      if (output === undefined && value !== input[index]) output = input.slice(0, index)
      output?.push(value)
    }
    return output ?? input
  }
}

const isPrimitive = (ast: SchemaAST.AST): boolean => {
  switch (ast._tag) {
    case "Refinement":
      return isPrimitive(ast.from)
    case "Literal":
    case "StringKeyword":
    case "NumberKeyword":
    case "BooleanKeyword":
    case "BigIntKeyword":
    case "UndefinedKeyword":
      return true
    default:
      return false
  }
}

/**
 * Takes the first member that accepts the value. With several members that are not primitive, Effect may try another
 * order, so its parser runs.
 */
const union = (ast: SchemaAST.Union, isDecoding: boolean): Step => {
  if (ast.types.filter((type) => !isPrimitive(type)).length > 1) return stock(ast, isDecoding)
  const steps = ast.types.map((type) => compile(type, isDecoding))
  return (input) => {
    for (const step of steps) {
      const output = step(input)
      if (output !== unsettled) return output
    }
    return unsettled
  }
}

/** Compiles a recursive schema when it is first needed. */
const suspended = (ast: SchemaAST.Suspend, isDecoding: boolean): Step => {
  let step: Step | undefined
  return (input) => {
    step ??= compile(ast.f(), isDecoding)
    return step(input)
  }
}

const fresh = (ast: SchemaAST.AST, isDecoding: boolean): Step => {
  switch (ast._tag) {
    case "StringKeyword":
      return where((input) => typeof input === "string")
    case "NumberKeyword":
      return where((input) => typeof input === "number")
    case "BooleanKeyword":
      return where((input) => typeof input === "boolean")
    case "BigIntKeyword":
      return where((input) => typeof input === "bigint")
    case "UndefinedKeyword":
      return where((input) => input === undefined)
    case "Literal":
      return where((input) => input === ast.literal)
    case "UnknownKeyword":
    case "AnyKeyword":
    case "VoidKeyword":
      return same
    case "Refinement":
      return refinement(ast, isDecoding)
    case "Transformation":
      return transformation(ast, isDecoding)
    case "Declaration": {
      const { decodeUnknown, encodeUnknown, typeParameters } = ast
      const parse: Parse = isDecoding ? decodeUnknown(...typeParameters) : encodeUnknown(...typeParameters)
      return (input) => settled(parse(input, options, ast))
    }
    case "TypeLiteral":
      return ast.indexSignatures.length === 0 && ast.propertySignatures.length > 0
        ? record(ast, isDecoding)
        : stock(ast, isDecoding)
    case "TupleType": {
      const [element, ...others] = ast.rest
      return element !== undefined && others.length === 0 && ast.elements.length === 0
        ? list(element.type, isDecoding)
        : stock(ast, isDecoding)
    }
    case "Union":
      return union(ast, isDecoding)
    case "Suspend":
      return suspended(ast, isDecoding)
    default:
      return stock(ast, isDecoding)
  }
}

const decoding = new WeakMap<SchemaAST.AST, Step>()
const encoding = new WeakMap<SchemaAST.AST, Step>()

/** True if a schema sets its own parse options, or a fallback for invalid values. */
const hasOwnWay = (ast: SchemaAST.AST): boolean =>
  Option.isSome(SchemaAST.getParseOptionsAnnotation(ast)) ||
  Option.isSome(SchemaAST.getDecodingFallbackAnnotation(ast))

/** Compiles the step of a schema, once. A schema without a shorter way is left to Effect's own parser. */
export const compile = (ast: SchemaAST.AST, isDecoding: boolean): Step => {
  const made = isDecoding ? decoding : encoding
  const known = made.get(ast)
  if (known !== undefined) return known
  const step = hasOwnWay(ast) ? stock(ast, isDecoding) : fresh(ast, isDecoding)
  made.set(ast, step)
  return step
}
