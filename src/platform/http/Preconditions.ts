import type { HttpServerRequest } from "@effect/platform"
import { Option, Schema } from "effect"
import * as Problem from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"
import * as HttpDate from "./HttpDate.ts"

/** 412: the condition under which the request was to be carried out does not hold (RFC 9110, 15.5.13). */
export class PreconditionFailed
  extends Problem.define<PreconditionFailed>()("PreconditionFailed", 412, { etag: Schema.String })
{
  get problem(): Problem.Description {
    return {
      title: text("Condition non remplie", "Precondition failed"),
      detail: text(
        `Rien n'a été fait : la condition de la requête ne tient pas ; l'ETag actuel est ${this.etag}.`,
        `Nothing was done: the condition of the request does not hold; the current ETag is ${this.etag}.`
      ),
      headers: { etag: this.etag }
    }
  }
}

/** What tells one state of a resource from another. */
export interface Validators {
  /** Strong, in its quotes. */
  readonly etag: string
  /** Milliseconds since the epoch. Strong as well: it is the time of the only change there is. */
  readonly lastModified: number
}

type Request = Pick<HttpServerRequest.HttpServerRequest, "method" | "headers">

interface EntityTag {
  readonly weak: boolean
  readonly opaque: string
}

const listed = /[ \t]*(?:(W\/)?("[!#-~\x80-\xff]*"))?[ \t]*(?:,|$)/y

/** The tags of `If-Match` or `If-None-Match`; none for what is no list of them (RFC 9110, 8.8.3 and 13.1.1). */
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

/** Undefined where the list cannot be read. */
const isListed = (header: string, etag: string, comparison: "strong" | "weak"): boolean | undefined =>
  Option.getOrUndefined(Option.map(
    parseTags(header),
    (tags) => tags === "*" || tags.some(({ opaque, weak }) => opaque === etag && (comparison === "weak" || !weak))
  ))

/** Dates of headers are whole seconds. */
const inSeconds = (millis: number) => Math.floor(millis / 1000)

/** What becomes of a request: it is carried out, its client has the bytes already (304), or its condition does not hold (412). */
export type Verdict = "perform" | "not modified" | "failed"

/**
 * Judges a request by its conditions, in the order of RFC 9110, 13.2.2. A date that is none is ignored. A list of tags that cannot be read
 * holds for nothing, and never lets a request change what it was to protect. `now` is in milliseconds since the epoch.
 */
export const evaluate = ({ headers, method }: Request, { etag, lastModified }: Validators, now: number): Verdict => {
  const isRead = method === "GET" || method === "HEAD"
  const {
    "if-match": ifMatch,
    "if-modified-since": ifModifiedSince,
    "if-none-match": ifNoneMatch,
    "if-unmodified-since": ifUnmodifiedSince
  } = headers
  const isAfter = (date: string | undefined) =>
    Option.map(
      Option.flatMap(Option.fromNullable(date), (written) => HttpDate.parse(written, now)),
      (then) => inSeconds(lastModified) > inSeconds(then)
    )
  if (ifMatch !== undefined) {
    if (isListed(ifMatch, etag, "strong") !== true) return "failed"
  } else if (Option.contains(isAfter(ifUnmodifiedSince), true)) {
    return "failed"
  }
  if (ifNoneMatch !== undefined) {
    if (isListed(ifNoneMatch, etag, "weak") ?? !isRead) return isRead ? "not modified" : "failed"
  } else if (isRead && Option.contains(isAfter(ifModifiedSince), false)) {
    return "not modified"
  }
  return "perform"
}

/** Whether the `Range` of a request counts: on GET alone (RFC 9110, 14.2), and if its `If-Range` names this very state (13.1.5). */
export const rangeOf = ({ headers, method }: Request, { etag, lastModified }: Validators, now: number) => {
  const { "if-range": ifRange, range } = headers
  if (method !== "GET" || range === undefined || ifRange === undefined) return method === "GET" ? range : undefined
  const isThis = ifRange.trim() === etag ||
    Option.exists(HttpDate.parse(ifRange, now), (then) => then === inSeconds(lastModified) * 1000)
  return isThis ? range : undefined
}
