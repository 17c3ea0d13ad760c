import { Schema, type SchemaAST } from "effect"

const ParamsAnnotation: unique symbol = Symbol.for("barista/platform/http/Params")

/**
 * The payload of an operation whose parameters the handbook takes from the query: accepted from the query string and, equally, from
 * a JSON object body. Declared once, in JSON types; a query value is read as the type that its field asks for.
 */
export const Params = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct(fields).annotations({ [ParamsAnnotation]: true })

/** A rule between parameters; a refusal names `name`, wherever its value came from. */
export const filtered =
  <A>(holds: (params: A) => boolean, name: keyof A & string, rule: Schema.Annotations.Filter<A>) =>
  <I>(schema: Schema.Schema<A, I>) =>
    schema.pipe(
      Schema.filter((params) => holds(params) || { path: [name], message: "" }, rule)
    ).annotations({ [ParamsAnnotation]: true })

/** Whether a payload is declared with `Params`. */
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

/** A parameter: its type, and how its text in a query is read for that type. */
export interface Parameter {
  readonly type: SchemaAST.AST
  readonly read: (written: string) => unknown
}

/** Written as a number is printed, so that 01 or 1.0 is no id. */
const readNumber = (written: string): unknown => String(Number(written)) === written ? Number(written) : written

const readText = (written: string): unknown => written

/** The parameters by their names. */
export const parametersOf = (ast: SchemaAST.AST): ReadonlyMap<string, Parameter> =>
  new Map(
    fieldsOf(ast).map(({ name, type }): [string, Parameter] => {
      const numeric = accepts(type, "NumberKeyword") && !accepts(type, "StringKeyword")
      return [String(name), { type, read: numeric ? readNumber : readText }]
    })
  )
