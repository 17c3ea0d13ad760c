// fresh 2.0.0 was tried. The library knows neither `If-Match` nor `If-Unmodified-Since`, so the list of tags would be
// parsed here anyway. The text "0" in If-Modified-Since, which is not a date, counts as the year 2000, and the answer
// is 304. In a list of tags fresh accepts no tab as white space.
import { type HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Context, Effect, Option, Schema } from "effect"
import * as Problem from "../../../domain/Problem.ts"
import { text } from "../../../domain/Text.ts"
import * as HttpDate from "./HttpDate.ts"

/** 412: the request's condition does not hold (RFC 9110, 15.5.13). */
export class PreconditionFailed extends Problem.define<PreconditionFailed>()("PreconditionFailed", 412, {
  etag: Schema.optional(Schema.String.annotations({ description: "The current one, if there is one" }))
}) {
  get problem(): Problem.Description {
    const { etag } = this
    return {
      title: text("Condition non remplie", "Precondition failed"),
      detail: etag === undefined
        ? text(
          "Rien n'a été fait : la condition de la requête ne tient pas ; cette ressource n'a pas d'ETag.",
          "Nothing was done: the condition of the request does not hold; this resource has no ETag."
        )
        : text(
          `Rien n'a été fait : la condition de la requête ne tient pas ; l'ETag actuel est ${etag}.`,
          `Nothing was done: the condition of the request does not hold; the current ETag is ${etag}.`
        ),
      ...(etag === undefined ? {} : { headers: { etag } })
    }
  }
}

/** Tag and date that tell one state of a resource from another. */
export interface Validators {
  /** Strong tag, in its quotes. */
  readonly etag: string
  /** Milliseconds since the epoch. A strong validator, since a stored resource never changes again. */
  readonly lastModified: number
}

/** A resource as conditions see it: with validators, present without validators, or absent. */
export type Resource = Validators | "untagged" | "absent"

type Request = Pick<HttpServerRequest.HttpServerRequest, "method" | "headers">

interface EntityTag {
  readonly weak: boolean
  readonly opaque: string
}

const listed = /[ \t]*(?:(W\/)?("[!#-~\x80-\xff]*"))?[ \t]*(?:,|$)/y

/**
 * Parses the tags of `If-Match` or `If-None-Match`; `None` if the header is not a list of tags (RFC 9110, 8.8.3 and
 * 13.1.1).
 */
const parseTags = (header: string): Option.Option<"*" | ReadonlyArray<EntityTag>> => {
  if (header.trim() === "*") return Option.some("*")
  const tags: Array<EntityTag> = []
  listed.lastIndex = 0
  while (listed.lastIndex < header.length) {
    const match = listed.exec(header)
    if (match === null) return Option.none()
    if (match[2] !== undefined) tags.push({ weak: match[1] !== undefined, opaque: match[2] })
  }
  return tags.length === 0 ? Option.none() : Option.some(tags)
}

/**
 * Tests whether a list names the resource. `*` names any resource that is present; a tag names the resource with this
 * tag. Undefined if the list cannot be parsed.
 */
const isListed = (header: string, resource: Resource, comparison: "strong" | "weak"): boolean | undefined =>
  Option.getOrUndefined(Option.map(parseTags(header), (tags) => {
    if (tags === "*") return resource !== "absent"
    if (typeof resource === "string") return false
    return tags.some(({ opaque, weak }) => opaque === resource.etag && (comparison === "weak" || !weak))
  }))

/** Rounds down to whole seconds, the precision of dates in headers. */
const inSeconds = (millis: number) => Math.floor(millis / 1000)

/**
 * The verdict on a request: "perform", "not modified" (304, as the client has the bytes), or "failed" (412, as a
 * condition does not hold).
 */
export type Verdict = "perform" | "not modified" | "failed"

/**
 * Judges a request by its conditions, in the order of RFC 9110, 13.2.2; `now` is in milliseconds since the epoch. A
 * malformed date, or a date without a counterpart, is ignored. A list of tags that cannot be parsed matches nothing,
 * and never lets a request change the resource that it protects.
 */
export const evaluate = ({ headers, method }: Request, resource: Resource, now: number): Verdict => {
  const isRead = method === "GET" || method === "HEAD"
  const {
    "if-match": ifMatch,
    "if-modified-since": ifModifiedSince,
    "if-none-match": ifNoneMatch,
    "if-unmodified-since": ifUnmodifiedSince
  } = headers
  const isAfter = (date: string | undefined): boolean | undefined => {
    if (date === undefined || typeof resource === "string") return undefined
    const then = Option.getOrUndefined(HttpDate.parse(date, now))
    return then === undefined ? undefined : inSeconds(resource.lastModified) > inSeconds(then)
  }
  if (ifMatch !== undefined) {
    if (isListed(ifMatch, resource, "strong") !== true) return "failed"
  } else if (isAfter(ifUnmodifiedSince) === true) {
    return "failed"
  }
  if (ifNoneMatch !== undefined) {
    if (isListed(ifNoneMatch, resource, "weak") ?? !isRead) return isRead ? "not modified" : "failed"
  } else if (isRead && isAfter(ifModifiedSince) === false) {
    return "not modified"
  }
  return "perform"
}

const notModified = Effect.succeed(HttpServerResponse.empty({ status: 304 }))

/**
 * Answers a conditional request for a resource without validators; undefined if its conditions hold. Dates are ignored,
 * so the clock is not needed.
 */
export const unmet = (
  request: Request
): Effect.Effect<HttpServerResponse.HttpServerResponse, PreconditionFailed> | undefined => {
  const { headers } = request
  if (headers["if-match"] === undefined && headers["if-none-match"] === undefined) return undefined
  const verdict = evaluate(request, "untagged", 0)
  if (verdict === "perform") return undefined
  return verdict === "failed" ? new PreconditionFailed({}) : notModified
}

/**
 * Lets a request change a resource without validators, or fails. Undefined if the request has no condition on tags, so
 * that the resource need not be looked up.
 */
export const requirement = (request: Request) =>
  request.headers["if-match"] === undefined && request.headers["if-none-match"] === undefined
    ? undefined
    : (isThere: boolean) =>
      evaluate(request, isThere ? "untagged" : "absent", 0) === "perform" ? Effect.void : new PreconditionFailed({})

/**
 * True for endpoints whose handler judges conditions itself, because only the handler knows the validators or whether
 * the resource exists.
 */
export class JudgesConditions extends Context.Reference<JudgesConditions>()("barista/platform/http/JudgesConditions", {
  defaultValue: (): boolean => false
}) {}

/**
 * Returns the `Range` of a request if it counts. A range counts on GET alone (RFC 9110, 14.2), and only if `If-Range`
 * names the current state (13.1.5).
 */
export const rangeOf = ({ headers, method }: Request, { etag, lastModified }: Validators, now: number) => {
  const { "if-range": ifRange, range } = headers
  if (method !== "GET" || range === undefined || ifRange === undefined) return method === "GET" ? range : undefined
  const isThis = ifRange.trim() === etag ||
    Option.exists(HttpDate.parse(ifRange, now), (then) => then === inSeconds(lastModified) * 1000)
  return isThis ? range : undefined
}
