import { HttpApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Option, Schema, SchemaAST } from "effect"
import { Api } from "../../../../src/Api.ts"
import { ruleOf } from "../../../../src/domain/Rule.ts"

/** Refinements that need no rule: what an integer must be is said in words, and Trim makes what is trimmed. */
const clear = new Set<unknown>([Schema.IntSchemaId, Schema.TrimmedSchemaId])

/** Lists the places of a schema's refinements that have no rule. */
const withoutRule = (ast: SchemaAST.AST, place: string, seen: Set<SchemaAST.AST>): ReadonlyArray<string> => {
  if (seen.has(ast)) return []
  seen.add(ast)
  const inner = (found: SchemaAST.AST, name = "") => withoutRule(found, `${place}${name}`, seen)
  switch (ast._tag) {
    case "Refinement": {
      const isClear = Option.exists(SchemaAST.getSchemaIdAnnotation(ast), (id) => clear.has(id))
      return inner(ast.from).concat(isClear || Option.isSome(ruleOf(ast)) ? [] : [place])
    }
    case "Transformation":
      // a transformation with a rule says what it reads, and what it makes is its own
      return inner(ast.from).concat(Option.isSome(ruleOf(ast)) ? [] : inner(ast.to))
    case "Union":
      return ast.types.flatMap((type) => inner(type))
    case "Suspend":
      return inner(ast.f())
    case "TupleType":
      return [...ast.elements, ...ast.rest].flatMap(({ type }) => inner(type, "[]"))
    case "TypeLiteral":
      return ast.propertySignatures.flatMap(({ name, type }) => inner(type, `.${String(name)}`))
    default:
      return []
  }
}

describe("the inputs of the contract", () => {
  it("have a rule in both languages for each refinement", () => {
    const found: Array<string> = []
    HttpApi.reflect(Api, {
      onGroup: () => undefined,
      onEndpoint: ({ endpoint, group, payloads }) => {
        const { headersSchema, pathSchema, urlParamsSchema } = endpoint
        const parts = [headersSchema, pathSchema, urlParamsSchema].flatMap(Option.toArray).map(({ ast }) => ast)
        for (const ast of [...parts, ...[...payloads.values()].map((payload) => payload.ast)]) {
          found.push(...withoutRule(ast, `${group.identifier}.${endpoint.name}`, new Set()))
        }
      }
    })
    expect(found).toEqual([])
  })
})
