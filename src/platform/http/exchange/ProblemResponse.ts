import { HttpApiSchema, HttpServerResponse } from "@effect/platform"
import { Duration, ParseResult, Schema } from "effect"
import { contentType, type Problem } from "../../../domain/Problem.ts"
import type { Language } from "../../../domain/Text.ts"

/** Facts about the request that the answer to its failure repeats. */
export interface Asked {
  readonly language: Language
  readonly path: string
  readonly traceId: string
}

const kebab = (tag: string) => tag.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()

/** Formats a whole number of seconds, at least one (RFC 9110, 10.2.3). */
const retryAfter = (duration: Duration.Duration) => String(Math.max(1, Math.ceil(Duration.toSeconds(duration))))

const fieldsOf = (problem: Problem): Record<string, unknown> =>
  Schema.isSchema(problem.constructor)
    ? ParseResult.encodeUnknownSync(Schema.make<unknown, Record<string, unknown>, never>(problem.constructor.ast))(
      problem
    )
    : { _tag: problem._tag }

export const statusOf = (problem: Problem): number =>
  Schema.isSchema(problem.constructor) ? HttpApiSchema.getStatusErrorAST(problem.constructor.ast) : 500

/** Matches characters that a path may contain (RFC 3986, 3.3), and percent-encoded ones. */
const inPath = /%[0-9a-f]{2}|[\w.~!$&'()*+,;=:@/-]/gi

const encode = (text: string) =>
  [...Buffer.from(text, "latin1")].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("")

/**
 * Turns any requested path into a URI reference to this host (RFC 3986, 4.2). Two leading slashes would begin an
 * authority, and a character outside the path's set may end the path.
 */
const instanceOf = (path: string): string => {
  const escaped = path.split(inPath).map(encode)
  const kept = path.match(inPath) ?? []
  const text = escaped.map((other, index) => other + (kept[index] ?? "")).join("")
  return text.startsWith("//") ? `/.${text}` : text
}

/** Headers of every answer, which make browsers take its media type as given. */
export const always = { "x-content-type-options": "nosniff" }

/** Headers of an answer in one language. The answer varies by the language of the request. */
export const localized = (language: Language) => ({ "content-language": language, vary: "accept-language", ...always })

/**
 * Renders a failure as `application/problem+json` (RFC 9457), in the language of the request and with the failure's
 * headers.
 */
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
