import { Array as Arr, Option, Predicate } from "effect"
import { STATUS_CODES } from "node:http"
import { contentType as problemType } from "../../../domain/Problem.ts"
import { headerName, keyPattern } from "../contract/Idempotent.ts"
import { isHealth } from "../exchange/target.ts"
import { exampleOf } from "./Examples.ts"
import { type HeaderName, headers, references } from "./Headers.ts"

type Json = Record<string, unknown>

const record = (value: unknown, ...path: ReadonlyArray<string>): Json => {
  let current: unknown = value
  for (const step of path) {
    current = Predicate.isRecord(current) ? current[step] : undefined
  }
  return Predicate.isRecord(current) ? { ...current } : {}
}

const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

const mapValues = (object: Json, change: (value: Json, name: string) => Json): Json =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(record(value), name)]))

/** What the error layer adds to every failure, so that no problem document lacks it. */
const filledIn = ["type", "title", "status", "detail", "instance", "trace_id"]

/** A component's name has no slash (OpenAPI 3.1, 4.8.7.1), where a problem's identifier has one. */
const component = (identifier: string, schema: unknown): readonly [string, unknown] => {
  const [, problem] = /^barista\/(.+)$/.exec(identifier) ?? []
  if (problem === undefined) return [identifier, open(schema)]
  const opened = record(open(schema))
  return [problem, { ...opened, required: [...filledIn, ...list(opened["required"])] }]
}

const referencePrefix = "#/components/schemas/"

const tagOf = (reference: string) => reference.slice(referencePrefix.length)

/** Values of ours in a schema, whose members are no keywords. */
const data: ReadonlySet<string> = new Set(["examples", "example", "default", "enum"])

const isDropped = (key: string, value: unknown): boolean =>
  key === "additionalProperties" && value === false || (key === "$id" || key === "title") && Predicate.isString(value)

/**
 * Answers may have more members than the contract says, and those of requests are ignored, so that nothing is closed. A `$id` would
 * change what the references below it mean; a title is the name of a filter, such as `between(1, 20)`.
 */
const open = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(open)
  if (!Predicate.isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): ReadonlyArray<readonly [string, unknown]> => {
      if (isDropped(key, inner)) return []
      if (data.has(key)) return [[key, inner]]
      if (key === "$ref" && Predicate.isString(inner)) return [[key, inner.replace("/barista~1", "/")]]
      return [[key, open(inner)]]
    })
  )
}

/** Examples of the body alone: a page that fills in both sends each value twice. */
const withoutExamples = (schema: unknown): unknown => {
  const { default: _, examples: __, ...rest } = record(schema)
  return rest
}

const fromQuery = "Here or as the member of the body of that name"

/** Parameters of a JSON object body may come from the query as well: the rule of every operation that takes such a body. */
const withQueryParameters = (operation: Json): Json => {
  const properties = record(operation, "requestBody", "content", "application/json", "schema", "properties")
  const names = Object.keys(properties)
  if (names.length === 0) return operation
  return {
    ...operation,
    parameters: [
      ...list(operation["parameters"]),
      ...names.map((name) => {
        const { description } = record(properties, name)
        return {
          name,
          in: "query",
          required: false,
          description: [...(Predicate.isString(description) ? [description] : []), fromQuery].join(". "),
          schema: withoutExamples(properties[name])
        }
      })
    ],
    requestBody: { ...record(operation, "requestBody"), required: false }
  }
}

/**
 * Failures that no request of the operation is answered with: an unknown path and a wrong method match none, and the stock contract's failure
 * to decode is a 422 here.
 */
const elsewhere: ReadonlySet<string> = new Set(["RouteNotFound", "MethodNotAllowed", "HttpApiDecodeError"])

const problemSchemas = (response: Json): ReadonlyArray<string> =>
  Object.values(record(response, "content")).flatMap((media) => {
    const schema = record(media, "schema")
    return [schema, ...list(schema["anyOf"])].flatMap((one) => {
      const { $ref } = record(one)
      return Predicate.isString($ref) && !elsewhere.has(tagOf($ref)) ? [$ref] : []
    })
  })

/** A failure, always a problem document; several of one status are alternatives. */
const failure = (status: string, response: Json): Option.Option<Json> => {
  const schemas = problemSchemas(response)
  if (schemas.length === 0) return Option.none()
  const refs = schemas.map(($ref) => ({ $ref }))
  return Option.some({
    ...response,
    description: `${STATUS_CODES[status] ?? status}: ${schemas.map(tagOf).join(" or ")}`,
    content: { [problemType]: { schema: refs.length === 1 ? refs[0] : { anyOf: refs } } }
  })
}

/** The stock document calls every answer a success. */
const answer = (status: string, response: Json): Json =>
  response["description"] === "Success" ? { ...response, description: STATUS_CODES[status] ?? status } : response

/** Whether an operation opens a websocket. */
const isUpgrade = (operation: Json): boolean => record(operation, "responses")["101"] !== undefined

/** Only a request with a body can be refused for it, only one that is not safe, or upgrades, for its origin, and no upgrade by a condition. */
const impossible = (operation: Json, method: string): ReadonlyArray<string> => [
  ...(operation["requestBody"] === undefined ? ["413", "415"] : []),
  ...(method === "get" && !isUpgrade(operation) ? ["403"] : []),
  ...(isUpgrade(operation) ? ["412"] : [])
]

/** `If-None-Match: *` is answered so where there is a representation, with an ETag or without (RFC 9110, 13.1.2). */
const withNotModified = (operation: Json, method: string): Json =>
  method === "get" && !isUpgrade(operation)
    ? {
      ...operation,
      responses: { "304": { description: STATUS_CODES[304] }, ...record(operation, "responses") }
    }
    : operation

/** An operation takes a key where it can say that one is in progress. */
const takesKey = (operation: Json): boolean =>
  problemSchemas(record(operation, "responses", "409")).some(($ref) => tagOf($ref) === "IdempotencyKeyInProgress")

const keyParameter = {
  name: headerName,
  in: "header",
  required: false,
  description: [
    "Requests with one key, of one caller, run once: the others are answered as the first was, with Idempotency-Replayed.",
    "Its quotes may be left out (draft-ietf-httpapi-idempotency-key-header)"
  ].join(" "),
  // no example: a page that fills it in would send two requests with one key
  schema: { type: "string", pattern: keyPattern }
}

const withKeyParameter = (operation: Json): Json =>
  takesKey(operation) ? { ...operation, parameters: [...list(operation["parameters"]), keyParameter] } : operation

/** What is answered before the key is looked at. */
const unkeyed: ReadonlySet<string> = new Set(["400", "401", "403", "408", "413", "414", "415", "417", "421", "431"])

const headersOfStatus: Readonly<Record<string, ReadonlyArray<HeaderName>>> = {
  101: ["Upgrade"],
  401: ["WWW-Authenticate"],
  415: ["Accept", "Accept-Encoding"],
  426: ["Upgrade", "Sec-WebSocket-Version"],
  503: ["Retry-After"]
}

const headersOf = (status: string, response: Json, operation: Json): ReadonlyArray<HeaderName> => [
  ...(["application/json", problemType].some((type) => type in record(response, "content"))
    ? ["Content-Language" as const]
    : []),
  ...(headersOfStatus[status] ?? []),
  ...(takesKey(operation) && Number(status) < 500 && !unkeyed.has(status) ? ["Idempotency-Replayed" as const] : []),
  ...(takesKey(operation) && status === "409" ? ["Retry-After" as const] : []),
  ...(status === "200" && list(operation["parameters"]).some((parameter) => record(parameter)["name"] === "limit")
    ? ["Link" as const]
    : [])
]

const withResponses = (operation: Json, method: string): Json => {
  const never = impossible(operation, method)
  const responses = Object.entries(record(operation, "responses")).flatMap(([status, value]) => {
    const response = record(value)
    if (never.includes(status)) return []
    const kept = Number(status) < 400 ? Option.some(answer(status, response)) : failure(status, response)
    return Option.toArray(kept).map((one) => {
      const described = { ...references(headersOf(status, one, operation)), ...record(one, "headers") }
      return [status, Object.keys(described).length === 0 ? one : { ...one, headers: described }] as const
    })
  })
  return { ...operation, responses: Object.fromEntries(responses) }
}

/** The stock document's empty list of an operation would mean: no token. Health is asked for without one. */
const withSecurity = (operation: Json, path: string): Json => {
  const { security: _, ...rest } = operation
  if (!isHealth(path)) return rest
  const { 401: __, ...responses } = record(operation, "responses")
  return { ...rest, security: [], responses }
}

/** Examples stand beside the schema of a body: there every viewer shows them. */
const withExamples = (schemas: Json) => {
  const example = exampleOf((reference) => schemas[tagOf(reference)])
  const media = (content: Json): Json =>
    mapValues(content, (one, type) =>
      type !== "application/json" || "example" in one
        ? one
        : Option.match(example(one["schema"]), { onNone: () => one, onSome: (value) => ({ ...one, example: value }) }))
  const body = (value: Json): Json =>
    value["content"] === undefined ? value : { ...value, content: media(record(value, "content")) }
  return (operation: Json): Json => ({
    ...operation,
    ...(operation["requestBody"] === undefined ? {} : { requestBody: body(record(operation, "requestBody")) }),
    responses: mapValues(record(operation, "responses"), body)
  })
}

const referencesIn = (value: unknown): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (!Predicate.isRecord(value)) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "$ref" && Predicate.isString(inner) ? [inner] : referencesIn(inner)
  )
}

/** The schemas that something refers to, directly or through another one. */
const used = (paths: Json, schemas: Json): Json => {
  const reached = new Set<string>()
  let next = referencesIn(paths)
  while (next.length > 0) {
    const fresh = Arr.dedupe(next).map(tagOf).filter((name) => name in schemas && !reached.has(name))
    for (const name of fresh) reached.add(name)
    next = fresh.flatMap((name) => referencesIn(schemas[name]))
  }
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => reached.has(name)))
}

const bearer = {
  type: "http",
  scheme: "bearer",
  description:
    "One of API_TOKENS (RFC 6750). Without that setting no token is asked for; /health/, /docs and /openapi.json never ask for one."
}

/** A document says what its server does: with tokens every operation but health's needs one, without there are none. */
export const withTokens = (spec: Json, required: boolean): Json => {
  if (required) return { ...spec, security: [{ bearer: [] }] }
  const { security: _, ...rest } = spec
  const paths = mapValues(record(spec["paths"]), (methods) =>
    mapValues(methods, (operation) => {
      const { security: __, ...open } = operation
      const { 401: ___, ...responses } = record(operation, "responses")
      return { ...open, responses }
    }))
  const { securitySchemes: __, ...components } = record(spec, "components")
  return { ...rest, paths, components: { ...components, schemas: used(paths, record(components, "schemas")) } }
}

/** What of the generated document has to be said otherwise for this server; an `OpenApi.Transform` of the root contract. */
export const transform = (spec: Json): Json => {
  const schemas = Object.fromEntries(
    Object.entries(record(spec, "components", "schemas")).map(([name, schema]) => component(name, schema))
  )
  const examples = withExamples(schemas)
  const paths = mapValues(
    record(open(spec["paths"])),
    (methods, path) =>
      mapValues(
        methods,
        (operation, method) =>
          examples(
            withSecurity(
              withResponses(withNotModified(withKeyParameter(withQueryParameters(operation)), method), method),
              path
            )
          )
      )
  )
  return {
    ...spec,
    // relative to the document, so right behind any proxy
    servers: [{ url: "/" }],
    paths,
    components: { ...record(spec, "components"), schemas: used(paths, schemas), headers, securitySchemes: { bearer } },
    security: [{}, { bearer: [] }]
  }
}
