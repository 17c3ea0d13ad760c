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

/** Members that the error layer fills in, so every problem document has them. */
const filledIn = ["type", "title", "status", "detail", "instance", "trace_id"]

/** Names a component without a slash, as OpenAPI 3.1, 4.8.7.1 demands; a problem's identifier has one. */
const component = (identifier: string, schema: unknown): readonly [string, unknown] => {
  const [, problem] = /^barista\/(.+)$/.exec(identifier) ?? []
  if (problem === undefined) return [identifier, open(schema)]
  const opened = record(open(schema))
  return [problem, { ...opened, required: [...filledIn, ...list(opened["required"])] }]
}

const referencePrefix = "#/components/schemas/"

const tagOf = (reference: string) => reference.slice(referencePrefix.length)

/** Keywords whose values are data, so their members are not keywords. */
const data: ReadonlySet<string> = new Set(["examples", "example", "default", "enum"])

const isDropped = (key: string, value: unknown): boolean =>
  key === "additionalProperties" && value === false || (key === "$id" || key === "title") && Predicate.isString(value)

/**
 * Opens all objects of a schema. Answers may have more members than the contract names, and unknown members of requests
 * are ignored. Drops each `$id`, which would change the meaning of references below it. Drops each title, which only
 * names a filter such as `between(1, 20)`.
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

/** Leaves examples to the body: a page that fills in examples for both would send each value twice. */
const withoutExamples = (schema: unknown): unknown => {
  const { default: _, examples: __, ...rest } = record(schema)
  return rest
}

const fromQuery = "Here, or as the body's member of the same name"

/**
 * Documents the members of a JSON object body as query parameters too. Every operation with such a body accepts both.
 */
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
 * Failures that no request of an operation gets. An unknown path or a wrong method match no operation. A request that
 * cannot be decoded gets a 422 here, not the stock contract's failure.
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

/** Describes a failure, always as a problem document. Several failures of one status are alternatives. */
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

/** Describes a success by its status, since the stock document calls all of them "Success". */
const answer = (status: string, response: Json): Json =>
  response["description"] === "Success" ? { ...response, description: STATUS_CODES[status] ?? status } : response

/** True if an operation opens a websocket. */
const isUpgrade = (operation: Json): boolean => record(operation, "responses")["101"] !== undefined

/**
 * Statuses that an operation never answers. 413 and 415 need a body, and 403 (the origin) needs an unsafe method or an
 * upgrade. An upgrade never answers 412.
 */
const impossible = (operation: Json, method: string): ReadonlyArray<string> => [
  ...(operation["requestBody"] === undefined ? ["413", "415"] : []),
  ...(method === "get" && !isUpgrade(operation) ? ["403"] : []),
  ...(isUpgrade(operation) ? ["412"] : [])
]

/**
 * Adds 304, the answer to `If-None-Match: *` for any resource that exists, with or without an ETag (RFC 9110, 13.1.2).
 */
const withNotModified = (operation: Json, method: string): Json =>
  method === "get" && !isUpgrade(operation)
    ? {
      ...operation,
      responses: { "304": { description: STATUS_CODES[304] }, ...record(operation, "responses") }
    }
    : operation

/** True if an operation takes a key, which its failure "in progress" shows. */
const takesKey = (operation: Json): boolean =>
  problemSchemas(record(operation, "responses", "409")).some(($ref) => tagOf($ref) === "IdempotencyKeyInProgress")

const keyParameter = {
  name: headerName,
  in: "header",
  required: false,
  description: [
    "One caller's requests with the same key run once; repeated ones get the first answer, with Idempotency-Replayed.",
    "The key's quotes are optional (draft-ietf-httpapi-idempotency-key-header)"
  ].join(" "),
  // No example: a page that fills in an example would send two requests with one key.
  schema: { type: "string", pattern: keyPattern }
}

const withKeyParameter = (operation: Json): Json =>
  takesKey(operation) ? { ...operation, parameters: [...list(operation["parameters"]), keyParameter] } : operation

/** Statuses that the server answers before it reads the key. */
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
  ...(status === "101" ? [] : ["Server-Timing" as const, "Link" as const])
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

/**
 * Removes the empty list of the stock document, which would mean that no token is needed. Only health checks need no
 * token.
 */
const withSecurity = (operation: Json, path: string): Json => {
  const { security: _, ...rest } = operation
  if (!isHealth(path)) return rest
  const { 401: __, ...responses } = record(operation, "responses")
  return { ...rest, security: [], responses }
}

/** Puts examples beside the schema of a body, where every viewer shows them. */
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

/** Keeps the schemas that are referred to, directly or through other schemas. */
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
    "One of API_TOKENS (RFC 6750). Without that setting no token is required; /health/, /docs, /openapi.json and the files of the console never require one."
}

/**
 * Documents the need for a token: with tokens set every operation but health checks needs one; otherwise no operation
 * does.
 */
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

/** Changes the generated document where this server differs from it; an `OpenApi.Transform` of the root contract. */
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
    // Relative to the document, so right behind any proxy.
    servers: [{ url: "/" }],
    paths,
    components: { ...record(spec, "components"), schemas: used(paths, schemas), headers, securitySchemes: { bearer } },
    security: [{}, { bearer: [] }]
  }
}
