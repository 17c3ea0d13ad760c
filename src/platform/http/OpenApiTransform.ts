import { Predicate } from "effect"

type Json = Record<string, unknown>

const record = (value: unknown, ...path: ReadonlyArray<string>): Json => {
  let current: unknown = value
  for (const step of path) {
    current = Predicate.isRecord(current) ? current[step] : undefined
  }
  return Predicate.isRecord(current) ? { ...current } : {}
}

/** Parameters of a JSON object body may come from the query as well: the rule of every operation that takes such a body. */
const withQueryParameters = (operation: Json): Json => {
  const properties = record(operation, "requestBody", "content", "application/json", "schema", "properties")
  const names = Object.keys(properties)
  if (names.length === 0) return operation
  const parameters = Array.isArray(operation["parameters"]) ? operation["parameters"] : []
  return {
    ...operation,
    parameters: [
      ...parameters,
      ...names.map((name) => ({
        name,
        in: "query",
        required: false,
        description: "Instead of the member of the body of that name",
        schema: properties[name]
      }))
    ],
    requestBody: { ...record(operation, "requestBody"), required: false }
  }
}

/** The stock contract declares a 400 for what this server answers with 422. */
const withoutStockDecodeError = (operation: Json): Json => {
  const { 400: _, ...responses } = record(operation, "responses")
  return { ...operation, responses }
}

const mapOperations = (paths: Json, change: (operation: Json) => Json): Json =>
  Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(record(methods)).map(([method, operation]) => [method, change(record(operation))])
      )
    ])
  )

/** What of the generated document has to be said otherwise for this server; an `OpenApi.Transform` of the root contract. */
export const transform = (spec: Json): Json => {
  const { HttpApiDecodeError: _, Issue: __, PropertyKey: ___, ...schemas } = record(spec, "components", "schemas")
  return {
    ...spec,
    paths: mapOperations(record(spec, "paths"), (operation) => withQueryParameters(withoutStockDecodeError(operation))),
    components: { ...record(spec, "components"), schemas }
  }
}
