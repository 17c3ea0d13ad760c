import { Schema } from "effect"

/** A JSON value (RFC 8259). */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

/** Levels of nesting; beyond it writing the value back as JSON could exhaust the stack. */
const deepest = 200

const isJson = (value: unknown, depth = 0): value is Json => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true
  if (typeof value === "number") return Number.isFinite(value)
  return typeof value === "object" && depth < deepest &&
    Object.values(value).every((member) => isJson(member, depth + 1))
}

/** Any JSON value of at most 200 levels, passed on as it is. */
export const Json = Schema.Unknown.pipe(Schema.filter((value): value is Json => isJson(value))).annotations({
  identifier: "Json",
  description: "Any JSON value",
  jsonSchema: {}
})

/** The upstream's JSON, passed on as it is; documented with an answer of httpbin. */
export const UpstreamAnswer = Json.annotations({
  identifier: "UpstreamAnswer",
  description: "The upstream's JSON, as it is",
  examples: [{
    args: {},
    headers: { Accept: "application/json", Host: "httpbin.org" },
    origin: "203.0.113.7",
    url: "https://httpbin.org/get"
  }]
})

/** A JSON text as its value. */
export const JsonFromText = Schema.parseJson(Json)
