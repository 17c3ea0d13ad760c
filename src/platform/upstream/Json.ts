import { Option, Schema } from "effect"
import { JsonText } from "../codec/JsonText.ts"

/** A JSON value (RFC 8259), any part of which may be kept as text. */
export type Json = null | boolean | number | string | JsonText | ReadonlyArray<Json> | { readonly [key: string]: Json }

/** Levels of nesting. Deeper values could exhaust the stack when they are written as JSON. */
const deepest = 200

const isJson = (value: unknown, depth = 0): value is Json => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true
  if (typeof value === "number") return Number.isFinite(value)
  return value instanceof JsonText || typeof value === "object" && depth < deepest &&
      Object.values(value).every((member) => isJson(member, depth + 1))
}

/** Any JSON value of at most 200 levels, passed on unchanged. */
export const Json = Schema.Unknown.pipe(Schema.filter((value): value is Json => isJson(value))).annotations({
  identifier: "Json",
  description: "Any JSON value",
  jsonSchema: {}
})

/** The upstream's JSON, passed on unchanged; documented by an answer of httpbin. */
export const UpstreamAnswer = Json.annotations({
  identifier: "UpstreamAnswer",
  description: "The upstream's JSON, unchanged",
  examples: [{
    args: {},
    headers: { Accept: "application/json", Host: "httpbin.org" },
    origin: "203.0.113.7",
    url: "https://httpbin.org/get"
  }]
})

/**
 * True if a parsed value nests at most 200 levels. Its numbers are not checked, because the text keeps their digits.
 */
const isShallow = (value: unknown, depth = 0): boolean =>
  typeof value !== "object" || value === null ||
  depth < deepest && Object.values(value).every((member) => isShallow(member, depth + 1))

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Reads JSON in UTF-8, of at most 200 levels, and keeps its text. A byte order mark is skipped (RFC 8259, 8.1). */
export const readJson = (bytes: Uint8Array): Option.Option<JsonText> =>
  Option.liftThrowable(() => utf8.decode(bytes))().pipe(
    Option.filter((text) => Option.exists(Option.liftThrowable(JSON.parse)(text), (value) => isShallow(value))),
    Option.map((text) => new JsonText(text))
  )
