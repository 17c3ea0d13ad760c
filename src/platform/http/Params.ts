import { Schema, type SchemaAST } from "effect"

const ParamsAnnotation: unique symbol = Symbol.for("barista/platform/http/Params")

/**
 * The payload of an operation whose parameters the handbook takes from the query: accepted from the query string and, equally, from
 * a JSON object body. Declared once, in JSON types; a query value is read as the type that its field asks for.
 */
export const Params = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct(fields).annotations({ [ParamsAnnotation]: true })

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

/** The names of the parameters, and how a value of the query is read for each. */
export const queryReaders = (ast: SchemaAST.AST): ReadonlyMap<string, (written: string) => unknown> =>
  new Map(
    fieldsOf(ast).map((field): [string, (written: string) => unknown] => {
      const numeric = accepts(field.type, "NumberKeyword") && !accepts(field.type, "StringKeyword")
      // written as a number is printed, so that 01 or 1.0 is no id
      const read = (written: string) => (numeric && String(Number(written)) === written ? Number(written) : written)
      return [String(field.name), read]
    })
  )
