import { HttpApiSchema, HttpServerResponse } from "@effect/platform"
import { Duration, ParseResult, Schema } from "effect"
import { contentType, type Problem } from "../../../domain/Problem.ts"
import type { Language } from "../../../domain/Text.ts"

/** What the answer to a failure says of the request it answers. */
export interface Asked {
  readonly language: Language
  readonly path: string
  readonly traceId: string
}

const kebab = (tag: string) => tag.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()

/** A whole number of seconds, at least one (RFC 9110, 10.2.3). */
const retryAfter = (duration: Duration.Duration) => String(Math.max(1, Math.ceil(Duration.toSeconds(duration))))

const fieldsOf = (problem: Problem): Record<string, unknown> =>
  Schema.isSchema(problem.constructor)
    ? ParseResult.encodeUnknownSync(Schema.make<unknown, Record<string, unknown>, never>(problem.constructor.ast))(
      problem
    )
    : { _tag: problem._tag }

const statusOf = (problem: Problem): number =>
  Schema.isSchema(problem.constructor) ? HttpApiSchema.getStatusErrorAST(problem.constructor.ast) : 500

/** Characters that stand for themselves in a path (RFC 3986, 3.3), and those that begin an encoded one. */
const inPath = /%[0-9a-f]{2}|[\w.~!$&'()*+,;=:@/-]/gi

const encode = (text: string) =>
  [...Buffer.from(text, "latin1")].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("")

/**
 * A path as a URI reference that leads to this host (RFC 3986, 4.2), whatever was asked for: two slashes would begin an authority, and
 * other characters than those of a path may end it.
 */
const instanceOf = (path: string): string => {
  const escaped = path.split(inPath).map(encode)
  const kept = path.match(inPath) ?? []
  const text = escaped.map((other, index) => other + (kept[index] ?? "")).join("")
  return text.startsWith("//") ? `/.${text}` : text
}

/** The header of every answer: browsers take its media type as it is. */
export const always = { "x-content-type-options": "nosniff" }

/** The headers of an answer in a language, which depends on the request's. */
export const localized = (language: Language) => ({ "content-language": language, vary: "accept-language", ...always })

/** Renders a failure as `application/problem+json` (RFC 9457), in the language of the request and with its headers. */
export const render = (failure: Problem, asked: Asked): HttpServerResponse.HttpServerResponse => {
  const { allow, detail, errors, headers, retryAfter: pause, title } = failure.problem
  const status = statusOf(failure)
  const document = {
    type: `urn:barista:problem:${kebab(failure._tag)}`,
    title: title[asked.language],
    status,
    detail: detail[asked.language],
    instance: instanceOf(asked.path),
    trace_id: asked.traceId,
    ...fieldsOf(failure),
    ...(errors === undefined
      ? {}
      : { errors: errors.map(({ loc, msg, type }) => ({ loc, msg: msg[asked.language], type })) })
  }
  return HttpServerResponse.text(JSON.stringify(document), {
    status,
    contentType,
    headers: {
      ...localized(asked.language),
      ...(pause === undefined ? {} : { "retry-after": retryAfter(pause) }),
      ...(allow === undefined ? {} : { allow: allow.join(", ") }),
      ...headers
    }
  })
}
