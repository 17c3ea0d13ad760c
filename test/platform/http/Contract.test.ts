import { expect, layer } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"
import { Duration, Effect, FastCheck as fc, Predicate } from "effect"
import * as Http from "node:http"
import { anyCharacter } from "../../support/anyCharacter.ts"
import * as Hasty from "../../support/hasty.ts"
import { type Answer, json, send } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

type Json = Readonly<Record<string, unknown>>

const live = { excludeTestServices: true } as const

const moment = Duration.millis(1)

// mails of two seconds would keep the sacrificial loop from the operations that block it
const server = Hasty.serverWith({ mailDuration: moment, profileDuration: moment, mailingListDuration: moment }).pipe(
  Hasty.withPolicies(Hasty.retry)
)

/** Members in place of a documented example's that would take long. */
const quicker: Json = { "post /simulations": { arrivals: { kind: "burst", clients: 1 } } }

const record = (value: unknown): Json => Predicate.isRecord(value) ? value : {}
const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []
const members = (value: unknown) => Object.entries(record(value)).map(([name, inner]) => [name, record(inner)] as const)

/** Texts that servers and their documents often treat differently, and random texts, the same each time. */
const texts = [
  ["", " ", "\t", "a", " a ", "\na\n", "abc", "0", "1", "1.0", "01", "1e1", "+1", "-1", "0.00", "0.001", "1,5", "NaN"],
  ["a@localhost", "a@x.io", " a@x.io", "a@x.io ", "a..b@x.io", ".a@x.io", "a@-x.io", "é@x.io", "a@x.io\n", "A@X.IO"],
  ["a b", "a\u0000b", "a\u001fb", "a\u007fb", "a\u0085b", "a\u2028b", "a\u202eb", "\u2066a", "a\ud800", "\udc00a"],
  ["\u00a0", "\u00a0a\u3000", "\ufeff", "☕", "\"a\"", "\"a", "\"a b\"", "\"a\\\"b\"", "a\"b", "a,b", "null", "true"],
  [254, 255, 256, 257].flatMap((length) => ["k".repeat(length), `"${"k".repeat(length)}"`]),
  [248, 249, 250].map((length) => `${"a".repeat(length)}@x.io`),
  [62, 63, 64].map((length) => `a@${"x".repeat(length)}.io`),
  [199, 200, 201].flatMap((length) => ["n", "☕"].flatMap((one) => [one.repeat(length), ` ${one.repeat(length)} `])),
  fc.sample(fc.string({ unit: anyCharacter, maxLength: 9 }), { numRuns: 20, seed: 1 })
].flat()

const numbers = [0, 0.001, 0.009, 0.01, 0.29, 0.5, 1, 1.0001, 1.1, 4.35, 2, 3, 4, 29.999, 1.5, -1, -0.01, 1e300]

/** Texts that are, or look like, numbers, and one that is not. */
const numerals = ["", " ", "a", "0", "1", "1.0", "01", "1e1", "+1", "-1", "1.5", "NaN", "null"]

/** Values at, just within and just beyond the bounds of a schema. */
const candidates = (schema: Json): ReadonlyArray<unknown> => {
  const { maxItems, maxLength, maximum, minimum } = schema
  const around = [minimum, maximum].flatMap((bound) =>
    typeof bound === "number" ? [bound, bound - 1, bound + 1, bound - 0.5, bound + 0.5] : []
  )
  return [
    ...around,
    ...numbers,
    ...(schema["type"] === "string" && schema["enum"] === undefined ? texts : numerals),
    ...list(schema["enum"]),
    ...(typeof maxLength === "number" ? [0, 1].map((more) => "a".repeat(maxLength + more)) : []),
    ...(typeof maxItems === "number" ? [0, 1].map((more) => Array.from({ length: maxItems + more }, () => "a")) : []),
    ...candidatesOfItems(schema),
    ...list(schema["anyOf"]).flatMap((one) => candidates(record(one))),
    null,
    true,
    [],
    {},
    [[]],
    ["a"],
    [1]
  ]
}

const candidatesOfItems = ({ items }: Json): ReadonlyArray<unknown> => {
  const { maxLength } = record(items)
  return typeof maxLength === "number"
    ? [0, 1].flatMap((more) => ["a", "☕"].map((one) => [one.repeat(maxLength + more)]))
    : []
}

/**
 * Tells whether a rule is beyond JSON Schema, such as the decimals of a double, or values that must differ. The
 * document states those rules in prose.
 */
const isBeyondSchemas = (name: string, value: unknown) =>
  name === "amount" && typeof value === "number" && /\.\d{3,}$/.test(String(value)) ||
  ["to_user", "follower_id"].includes(name) && String(value) === "1"

/**
 * Tells whether a valid value makes the operation too slow for a test: many squares, or ten seconds under a timeout.
 */
const isSlow = (name: string, value: unknown) =>
  name === "n" && Number(value) > 1_000_000 || name === "timeout" && Number(value) >= 1 && Number(value) <= 30

interface Place {
  readonly in: "query" | "path" | "header" | "body"
  readonly name: string
  readonly schema: Json
}

interface Operation {
  readonly method: string
  readonly path: string
  readonly places: ReadonlyArray<Place>
  readonly body: Json
}

const isPlace = (where: unknown): where is Place["in"] => where === "query" || where === "path" || where === "header"

/** Lists the operations of a document with the places of their values, except those of forms. */
const operationsOf = (document: Json): ReadonlyArray<Operation> => {
  const resolve = (schema: Json): Json => {
    const { $ref } = schema
    const name = Predicate.isString($ref) ? $ref.split("/").at(-1) ?? "" : undefined
    if (name === undefined) return schema
    const { $ref: _, ...beside } = schema
    return { ...record(record(record(document["components"])["schemas"])[name]), ...beside }
  }
  return members(document["paths"]).flatMap(([path, methods]) =>
    members(methods).map(([method, operation]) => {
      const media = record(record(record(operation["requestBody"])["content"])["application/json"])
      const whole = resolve(record(media["schema"]))
      const inBody = members(whole["properties"]).map(([name, schema]) => ({ in: "body" as const, name, schema }))
      const array = whole["type"] === "array" ? [{ in: "body" as const, name: "", schema: whole }] : []
      const parameters = list(operation["parameters"]).flatMap((one): ReadonlyArray<Place> => {
        const { in: where, name, schema } = record(one)
        return isPlace(where) ? [{ in: where, name: String(name), schema: record(schema) }] : []
      })
      const places = [...parameters, ...inBody, ...array].map(({ in: where, name, schema }) => ({
        in: where,
        name,
        schema: resolve(schema)
      }))
      const body = { ...record(media["example"]), ...record(quicker[`${method} ${path}`]) }
      return { method: method.toUpperCase(), path, places, body }
    })
  )
}

const isNumber = /^-?(0|[1-9]\d*)(\.\d+)?$/

/**
 * Lists the values that a text represents outside JSON: the text itself and, if written as a number is printed, that
 * number.
 */
const readings = (value: unknown, { type }: Json): ReadonlyArray<unknown> => {
  const written = String(value)
  const isPrinted = type === "number" || String(Number(written)) === written
  return isNumber.test(written) && isPrinted ? [written, Number(written)] : [written]
}

const canBeSent = ({ in: where }: Place, value: unknown): boolean => {
  if (where === "body") return true
  if (typeof value !== "string" && typeof value !== "number") return false
  const written = String(value)
  if (/[\ud800-\udfff]/u.test(written)) return false
  // framing strips outer spaces from a header, and the router accepts no empty path segment
  if (where === "header") return /^[\x20-\x7e]*$/.test(written) && written === written.trim()
  if (where === "query") return written.length < 8_000
  return !["", ".", ".."].includes(written)
}

const requestOf = ({ body, method, path, places }: Operation, place: Place, value: unknown) => {
  const inPath = (name: string) => encodeURIComponent(place.in === "path" && place.name === name ? String(value) : "1")
  const query = place.in === "query" ? `?${place.name}=${encodeURIComponent(String(value))}` : ""
  const { [place.in === "query" ? place.name : ""]: _, ...others } = body
  const sent = place.in !== "body" ? others : place.name === "" ? value : { ...others, [place.name]: value }
  const hasBody = places.some((one) => one.in === "body")
  return {
    method,
    path: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => inPath(name)) + query,
    headers: {
      ...(hasBody ? { "content-type": "application/json" } : {}),
      ...(place.in === "header" ? { [place.name]: String(value) } : {})
    },
    body: hasBody ? JSON.stringify(places.some(({ name }) => name === "") && place.in !== "body" ? ["a"] : sent) : ""
  }
}

/** Tells whether an answer refuses the value at a place. */
const isRefused = (answer: Answer, place: Place): boolean => {
  if (answer.status !== 422) return false
  const { _tag, errors } = json(answer)
  return _tag === "InvalidInput" && list(errors).some((issue) => {
    const [where, name] = list(record(issue)["loc"])
    return where === place.in && (place.name === "" || name === place.name)
  })
}

/** Requests at a time, each on a connection of its own; a connection for each request takes longer than its answer. */
const atOnce = 8

const connections = Effect.acquireRelease(
  Effect.sync(() => new Http.Agent({ keepAlive: true, maxSockets: atOnce, scheduling: "fifo" })),
  (agent) => Effect.sync(() => agent.destroy())
)

const ajv = new Ajv2020({ strict: false, formats: { email: /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/, "date-time": true } })

layer(server, live)("the document and the server", (it) => {
  it.scoped("accept and refuse the same values, at every place and at every bound", () =>
    Effect.gen(function*() {
      const { port } = yield* TestServer
      const agent = yield* connections
      const ask = send(port, agent)
      const document = json(yield* ask("GET", "/openapi.json"))
      const operations = operationsOf(document)
      const seen = new Set<string>()
      /**
       * Chooses the values to try. A schema shared by many operations is tried only at its bounds after the first one.
       */
      const tried = ({ in: where, name, schema }: Place) => {
        const key = JSON.stringify([where, name, schema])
        const all = [...new Set(candidates(schema))]
        if (seen.has(key)) return all.slice(0, 10)
        seen.add(key)
        return all
      }
      const cases = operations.flatMap((operation) =>
        operation.places.flatMap((place) => {
          // most schemas need no other, and reading all others takes longer than the rest
          const others = JSON.stringify(place.schema).includes("$ref") ? { components: document["components"] } : {}
          const isValid = ajv.compile({ ...place.schema, ...others })
          return tried(place)
            .filter((value) =>
              canBeSent(place, value) && !isBeyondSchemas(place.name, value) && !isSlow(place.name, value)
            )
            .map((value) => ({ operation, place, value, isValid }))
        })
      )
      const differences = yield* Effect.forEach(cases, ({ isValid, operation, place, value }) => {
        const { method, path, ...sent } = requestOf(operation, place, value)
        const isDocumented = (place.in === "body" ? [value] : readings(value, place.schema)).some((one) => isValid(one))
        return Effect.map(ask(method, path, sent), (answer) => {
          const isTaken = !isRefused(answer, place)
          const shown = JSON.stringify(value).slice(0, 60)
          return isTaken === isDocumented
            ? []
            : [`${method} ${operation.path} ${place.in} ${place.name}: ${shown} taken: ${isTaken}`]
        })
      }, { concurrency: atOnce })
      expect(differences.flat()).toEqual([])
      expect(cases.length).toBeGreaterThan(1_000)
    }), 120_000)
})
