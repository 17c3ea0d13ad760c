import { Schema, type SchemaAST } from "effect"

const ParamsAnnotation: unique symbol = Symbol.for("barista/platform/http/Params")

/**
 * Payload of an operation whose parameters come from the query string or, equally, from a JSON object body. Its fields
 * are declared once, in JSON types; a query value is read as the type of its field.
 */
export const Params = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct(fields).annotations({ [ParamsAnnotation]: true })

/**
 * Adds a rule between parameters. A failure names the parameter `name`, whether its value came from the query or the
 * body.
 */
export const filtered =
  <A>(holds: (params: A) => boolean, name: keyof A & string, rule: Schema.Annotations.Filter<A>) =>
  <I>(schema: Schema.Schema<A, I>) =>
    schema.pipe(
      Schema.filter((params) => holds(params) || { path: [name], message: "" }, rule)
    ).annotations({ [ParamsAnnotation]: true })

/** True if a payload is declared with `Params`. */
export const isParams = (ast: SchemaAST.AST): boolean => ast.annotations[ParamsAnnotation] === true

const accepts = (ast: SchemaAST.AST, keyword: SchemaAST.AST["_tag"]): boolean => {
  switch (ast._tag) {
    case "Transformation":
    case "Refinement":
      return accepts(ast.from, keyword)
    case "Union":
      return ast.types.some((type) => accepts(type, keyword))
    default:
      return ast._tag === keyword
  }
}

const fieldsOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.PropertySignature> => {
  switch (ast._tag) {
    case "Transformation":
    case "Refinement":
      return fieldsOf(ast.from)
    case "TypeLiteral":
      return ast.propertySignatures
    default:
      return []
  }
}

/** A parameter: its type, and the function that reads its text in a query as that type. */
export interface Parameter {
  readonly type: SchemaAST.AST
  readonly read: (written: string) => unknown
}

/** Accepts only a number's canonical text, so that 01 and 1.0 are not ids. */
const readNumber = (written: string): unknown => String(Number(written)) === written ? Number(written) : written

const readText = (written: string): unknown => written

export const parametersOf = (ast: SchemaAST.AST): ReadonlyMap<string, Parameter> =>
  new Map(
    fieldsOf(ast).map(({ name, type }): [string, Parameter] => {
      const numeric = accepts(type, "NumberKeyword") && !accepts(type, "StringKeyword")
      return [String(name), { type, read: numeric ? readNumber : readText }]
    })
  )
