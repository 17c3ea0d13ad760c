import { HttpApiSchema, HttpServerResponse } from "@effect/platform"
import { Duration, ParseResult, Schema } from "effect"
import { contentType, type Problem } from "../../domain/Problem.ts"
import type { Language } from "../../domain/Text.ts"

/** What the answer to a failure says of the request it answers. */
export interface Asked {
  readonly language: Language
  readonly path: string
  readonly traceId: string | undefined
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

/** Renders a failure as `application/problem+json` (RFC 9457), in the language of the request. */
export const render = (failure: Problem, asked: Asked): HttpServerResponse.HttpServerResponse => {
  const { allow, detail, errors, headers, retryAfter: pause, title } = failure.problem
  const status = statusOf(failure)
  const document = {
    type: `urn:barista:problem:${kebab(failure._tag)}`,
    title: title[asked.language],
    status,
    detail: detail[asked.language],
    instance: asked.path,
    ...(asked.traceId === undefined ? {} : { trace_id: asked.traceId }),
    ...fieldsOf(failure),
    ...(errors === undefined
      ? {}
      : { errors: errors.map(({ loc, msg, type }) => ({ loc, msg: msg[asked.language], type })) })
  }
  return HttpServerResponse.text(JSON.stringify(document), {
    status,
    contentType,
    headers: {
      ...(pause === undefined ? {} : { "retry-after": retryAfter(pause) }),
      ...(allow === undefined ? {} : { allow: allow.join(", ") }),
      ...headers
    }
  })
}
