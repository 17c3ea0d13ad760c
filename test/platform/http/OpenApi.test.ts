import { OpenApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Predicate } from "effect"
import { Api } from "../../../src/Api.ts"

type Json = Readonly<Record<string, unknown>>

const at = (value: unknown, ...path: ReadonlyArray<string>): unknown => {
  let current = value
  for (const step of path) current = Predicate.isRecord(current) ? current[step] : undefined
  return current
}

const entries = (value: unknown): ReadonlyArray<readonly [string, Json]> =>
  Predicate.isRecord(value)
    ? Object.entries(value).map(([key, inner]) => [key, Predicate.isRecord(inner) ? inner : {}])
    : []

const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

const document: unknown = JSON.parse(JSON.stringify(OpenApi.fromApi(Api)))

const operations = entries(at(document, "paths")).flatMap(([path, methods]) =>
  entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation }))
)

const operation = (name: string): Json => operations.find((one) => one.name === name)?.operation ?? {}

const responses = operations.flatMap(({ name, operation }) =>
  entries(operation["responses"]).map(([status, response]) => ({ name, status, response }))
)

const parameter = (name: string, of: string): unknown =>
  list(operation(of)["parameters"]).find((one) => at(one, "name") === name)

/** Lists every object in the document. */
const nodes = (value: unknown): ReadonlyArray<Json> => {
  if (Array.isArray(value)) return value.flatMap(nodes)
  return Predicate.isRecord(value) ? [value, ...Object.values(value).flatMap(nodes)] : []
}

const references = nodes(document).flatMap(({ $ref }) => Predicate.isString($ref) ? [$ref] : [])

const target = (reference: string): unknown =>
  reference.startsWith("#/")
    ? at(document, ...reference.slice(2).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")))
    : undefined

const headersOf = (name: string, status: string) =>
  Object.keys(at(operation(name), "responses", status, "headers") ?? {})

describe("the document", () => {
  it("has the shape of OpenAPI 3.1", () => {
    expect(at(document, "openapi")).toBe("3.1.0")
    expect(at(document, "info", "title")).toBe("Barista")
    expect(operations.length).toBeGreaterThan(30)
    const ids = operations.map(({ operation }) => operation["operationId"])
    expect(new Set(ids).size).toBe(ids.length)
    for (const { name, operation, path } of operations) {
      expect(path, name).toMatch(/^\/[^:]*$/)
      const inPath = list(operation["parameters"]).filter((one) => at(one, "in") === "path")
      expect(inPath.map((one) => `{${String(at(one, "name"))}}`), name).toEqual(path.match(/\{\w+\}/g) ?? [])
      expect(inPath.every((one) => at(one, "required") === true), name).toBe(true)
      for (const [status, response] of entries(operation["responses"])) {
        expect(status).toMatch(/^[1-5]\d\d$/)
        expect(response["description"], `${name} ${status}`).toBeTypeOf("string")
      }
    }
  })

  it("says that a trailing slash makes no difference", () => {
    expect(at(document, "info", "description")).toContain("with and without its trailing slash")
  })

  it("documents the answer to failed conditions, except for a websocket's upgrade", () => {
    for (const { name, operation } of operations) {
      const answers = Object.keys(operation["responses"] ?? {})
      expect(answers.includes("412"), name).toBe(!answers.includes("101"))
      expect(answers.includes("304"), name).toBe(name.startsWith("GET ") && !answers.includes("101"))
    }
  })

  it("refers to nothing that is absent, and has no component that nothing refers to", () => {
    expect(references.length).toBeGreaterThan(100)
    expect(references.filter((reference) => target(reference) === undefined)).toEqual([])
    const components = ["schemas", "headers"].flatMap((kind) =>
      entries(at(document, "components", kind)).map(([name]) => `#/components/${kind}/${name}`)
    )
    expect(components.filter((component) => !references.includes(component))).toEqual([])
    expect(components.filter((component) => !/\/[A-Za-z0-9._-]+$/.test(component) || component.includes("~"))).toEqual(
      []
    )
  })

  it("describes the answer of every status", () => {
    const schemas = responses.flatMap(({ name, response, status }) =>
      status.startsWith("2") ? [[`${name} ${status}`, at(response, "content", "application/json", "schema")]] : []
    )
    expect(schemas).toContainEqual(["POST /users 201", { $ref: "#/components/schemas/User" }])
    expect(schemas).toContainEqual(["POST /users/{user_id}/posts 201", { $ref: "#/components/schemas/Post" }])
    expect(schemas).toContainEqual(["GET /users/{user_id}/posts/{post_id} 200", { $ref: "#/components/schemas/Post" }])
  })

  it("leaves objects open, as an answer may have more members", () => {
    expect(nodes(document).filter(({ additionalProperties }) => additionalProperties === false)).toEqual([])
  })

  it("documents an optional token, and none for health", () => {
    expect(at(document, "components", "securitySchemes", "bearer")).toMatchObject({ type: "http", scheme: "bearer" })
    expect(at(document, "security")).toEqual([{}, { bearer: [] }])
    for (const { name, operation, path } of operations) {
      const open = path.startsWith("/health/")
      expect(operation["security"], name).toEqual(open ? [] : undefined)
      expect(at(operation, "responses", "401") === undefined, name).toBe(open)
    }
  })
})

describe("every operation", () => {
  it.each(operations)("$name has a summary, a description and an answer", ({ operation }) => {
    expect(operation["summary"]).toBeTypeOf("string")
    expect(operation["description"]).toBeTypeOf("string")
    expect(Object.keys(at(operation, "responses") ?? {}).some((status) => /^(2\d\d|101)$/.test(status))).toBe(true)
  })

  it("shows an example beside each JSON body", () => {
    const bodies = [
      ...responses.flatMap(({ name, response, status }) =>
        status < "300" ? [{ name, content: response["content"] }] : []
      ),
      ...operations.map(({ name, operation }) => ({ name, content: at(operation, "requestBody", "content") }))
    ].flatMap(({ content, name }) =>
      entries(content).flatMap(([type, media]) => type === "application/json" ? [{ name, media }] : [])
    )
    expect(bodies.length).toBeGreaterThan(30)
    expect(bodies.filter(({ media }) => media["example"] === undefined).map(({ name }) => name)).toEqual([])
  })

  it("shows the handbook's own answers", () => {
    const shown = (name: string, status = "200") =>
      at(operation(name), "responses", status, "content", "application/json", "example")
    expect(shown("GET /async-multiple")).toEqual({
      results: ["Tâche 1 terminée", "Tâche 2 terminée", "Tâche 3 terminée"],
      duration: "1 seconde"
    })
    expect(shown("POST /transfer-money")).toMatchObject({ message: "Transfert de 10.5€ effectué" })
    expect(shown("GET /perf-test-async")).toMatchObject({ duration: "0.50s", type: "asynchronous" })
    expect(shown("POST /users", "201")).toEqual({ id: 1, name: "Alice", email: "alice@example.com" })
  })
})

describe("failures", () => {
  const failures = responses.filter(({ status }) => status >= "400")

  it("are problem documents, and nothing else, with the members that every one has", () => {
    for (const { name, response, status } of failures) {
      const where = `${name} ${status}`
      expect(Object.keys(at(response, "content") ?? {}), where).toEqual(["application/problem+json"])
      const schema = at(response, "content", "application/problem+json", "schema")
      const alternatives = list(at(schema, "anyOf"))
      for (const one of alternatives.length > 0 ? alternatives : [schema]) {
        const problem = target(String(at(one, "$ref")))
        expect(at(problem, "required"), where).toEqual(expect.arrayContaining(["type", "title", "status", "detail"]))
      }
    }
  })

  it("of one status are alternatives", () => {
    const schema = at(
      operation("POST /upload-async"),
      "responses",
      "413",
      "content",
      "application/problem+json",
      "schema"
    )
    expect(list(at(schema, "anyOf")).map((one) => at(one, "$ref"))).toEqual(
      expect.arrayContaining(["#/components/schemas/TooManyFiles", "#/components/schemas/PayloadTooLarge"])
    )
  })

  it("are those that the operation can have", () => {
    for (const { name, operation } of operations) {
      const statuses = Object.keys(at(operation, "responses") ?? {})
      expect(at(operation, "responses", "400", "description"), name).toBe(
        "Bad Request: MalformedRequest or InvalidHost"
      )
      expect(statuses, name).not.toContain("405")
      const wire = ["400", "408", "414", "417", "431", "501", "505"]
      expect(statuses, name).toEqual(expect.arrayContaining([...wire, "422", "500", "503"]))
      expect(at(operation, "responses", "503", "description"), name).toContain("NotReady")
      const body = operation["requestBody"] !== undefined
      expect([statuses.includes("413"), statuses.includes("415")], name).toEqual([body, body])
    }
    const of = (name: string) => Object.keys(at(operation(name), "responses") ?? {})
    expect(of("GET /health/live")).not.toContain("404")
    expect(of("POST /transfer-money")).toEqual(expect.arrayContaining(["404", "409"]))
    expect(at(operation("GET /accounts/{user_id}"), "responses", "404", "description")).toBe(
      "Not Found: AccountNotFound"
    )
  })
})

describe("parameters", () => {
  it.each([
    ["limit", "GET /users", { type: "integer", minimum: 1, maximum: 1000, default: 100 }],
    ["after", "GET /users", { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER }],
    ["n", "GET /bad-async-usage", { type: "integer", minimum: 1, maximum: 1_000_000_000, default: 1_000_000 }],
    ["n", "GET /cpu-intensive-async", { type: "integer", minimum: 1, maximum: 1_000_000_000, default: 1_000_000 }],
    ["concurrency", "POST /batch-process", { type: "integer", minimum: 1 }],
    ["succeed_on", "GET /unreliable", { type: "integer", minimum: 1, maximum: 20 }],
    ["timeout", "GET /with-timeout", { type: "number", minimum: 1, maximum: 30 }],
    ["user_id", "GET /accounts/{user_id}", { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER }],
    ["id", "GET /uploads/{id}", { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER }],
    ["name", "POST /users", { type: "string", minLength: 1 }]
  ])("%s of %s is documented as what it is", (name, of, schema) => {
    expect(at(parameter(name, of), "schema")).toMatchObject(schema)
  })

  it("have a description each", () => {
    const mute = operations.flatMap(({ name, operation }) =>
      list(operation["parameters"]).filter((one) => !/^[A-Z0-9].{5}/.test(String(at(one, "description")))).map((one) =>
        `${name} ${String(at(one, "name"))}`
      )
    )
    expect(mute).toEqual([])
  })

  it("of a JSON body may come from the query", () => {
    expect(parameter("email", "POST /users")).toMatchObject({ in: "query", required: false })
    expect(at(operation("POST /users"), "requestBody", "required")).toBe(false)
  })
})

describe("headers and upgrades", () => {
  it("are described where they are sent", () => {
    expect(headersOf("POST /users", "201")).toContain("Location")
    expect(headersOf("GET /users", "200")).toContain("Link")
    expect(headersOf("GET /async-slow", "200")).toEqual(expect.arrayContaining(["Server-Timing", "Link"]))
    expect(headersOf("GET /uploads/{id}", "206")).toEqual(
      expect.arrayContaining(["ETag", "Accept-Ranges", "Content-Range", "Content-Disposition"])
    )
    expect(headersOf("GET /uploads/{id}", "416")).toContain("Content-Range")
    expect(headersOf("GET /async-slow", "503")).toEqual(expect.arrayContaining(["Retry-After", "Content-Language"]))
    expect(headersOf("GET /async-slow", "401")).toContain("WWW-Authenticate")
  })

  it("a key makes an operation idempotent, and its answers are described", () => {
    for (const name of ["POST /transfer-money", "POST /users", "POST /users/{user_id}/posts"]) {
      expect(parameter("Idempotency-Key", name)).toMatchObject({ in: "header", required: false })
      expect(headersOf(name, "409")).toEqual(expect.arrayContaining(["Retry-After", "Idempotency-Replayed"]))
      const schemas = list(
        at(operation(name), "responses", "422", "content", "application/problem+json", "schema", "anyOf")
      )
      expect(schemas).toContainEqual({ $ref: "#/components/schemas/IdempotencyKeyReused" })
    }
    expect(headersOf("POST /users", "201")).toEqual(expect.arrayContaining(["Location", "Idempotency-Replayed"]))
    expect(headersOf("POST /users", "500")).not.toContain("Idempotency-Replayed")
    expect(parameter("Idempotency-Key", "POST /batch-process")).toBeUndefined()
    expect(parameter("Idempotency-Key", "GET /users")).toBeUndefined()
  })

  it("the chat changes protocols", () => {
    const statuses = Object.keys(at(operation("GET /ws/{client_id}"), "responses") ?? {})
    expect(statuses).toContain("101")
    expect(statuses.filter((status) => status.startsWith("2"))).toEqual([])
    expect(headersOf("GET /ws/{client_id}", "101")).toContain("Upgrade")
  })
})
