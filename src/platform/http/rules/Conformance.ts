import type { HttpServerResponse } from "@effect/platform"
import type { IncomingMessage } from "node:http"
import { isIPv6 } from "node:net"
import type { Problem } from "../../../domain/Problem.ts"
import { term, verbatim } from "../../../domain/Term.ts"
import { negotiate } from "../../../domain/Text.ts"
import { traceIdOf } from "../../observability/TraceContext.ts"
import { Incoming } from "../exchange/Incoming.ts"
import * as ProblemResponse from "../exchange/ProblemResponse.ts"
import { originForm, pathOf } from "../exchange/target.ts"
import {
  ExpectationFailed,
  HeadersTooLarge,
  HttpVersionNotSupported,
  InvalidHost,
  MalformedRequest,
  TransferCodingNotImplemented,
  UriTooLong
} from "./WireProblems.ts"

/** Bounds of a request's head. Node's own bound of lines drops further lines silently, so it is switched off. */
export interface HeadLimits {
  readonly maxHeaderLines: number
  readonly maxUrlBytes: number
}

/** Splits a list header into its members. Empty members mean nothing (RFC 9110, 5.6.1). */
const members = (list: string): ReadonlyArray<string> =>
  list.split(",").map((member) => member.trim().toLowerCase()).filter((member) => member !== "")

/** Returns all lines of a header. Node keeps only the first line of a header that may occur once. */
const linesOf = ({ rawHeaders }: IncomingMessage, name: string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const written = rawHeaders[index] ?? ""
    if (written.length === name.length && written.toLowerCase() === name) lines.push(rawHeaders[index + 1] ?? "")
  }
  return lines
}

/** Matches a registered name or an IPv4 address, with an optional port (RFC 3986, 3.2.2). */
const namedHost = /^(?:[\w.~!$&'()*+,;=-]|%[0-9a-f]{2})*(?::\d*)?$/i

const addressedHost = /^\[([^\]]*)\](?::\d*)?$/

const isHost = (host: string): boolean => namedHost.test(host) || isIPv6(addressedHost.exec(host)?.[1] ?? "")

const hostFault = (request: IncomingMessage): InvalidHost | undefined => {
  const [host, second] = linesOf(request, "host")
  if (second !== undefined) return new InvalidHost({ reason: "repeated" })
  if (host === undefined) return request.httpVersion === "1.1" ? new InvalidHost({ reason: "missing" }) : undefined
  return isHost(host) ? undefined : new InvalidHost({ reason: "malformed" })
}

/** Accepts a path, `*` for OPTIONS alone, or an absolute URL with a host and no fragment (RFC 9112, 3.2). */
const isTarget = (target: string, method: string | undefined): boolean => {
  if (target.startsWith("/")) return true
  if (target === "*") return method === "OPTIONS"
  const [, authority = ""] = /^https?:\/\/([^/?#]+)/i.exec(target) ?? []
  return authority !== "" && isHost(authority.slice(authority.lastIndexOf("@") + 1))
}

/**
 * Explains why a body cannot be delimited or read. Node's parser knows neither codings other than `chunked` nor an
 * empty list of codings (RFC 9112, 6.1 and 6.3).
 */
const codingFault = (written: string): Problem | undefined => {
  const codings = members(written)
  if (codings.at(-1) !== "chunked" || codings.indexOf("chunked") !== codings.length - 1) {
    return new MalformedRequest({ reason: verbatim("transfer-encoding") })
  }
  return codings.length === 1 ? undefined : new TransferCodingNotImplemented({ received: written.slice(0, 100) })
}

/** Checks `Expect` of HTTP/1.1; HTTP/1.0 has no expectations. */
const expectationFault = (expect: string): ExpectationFailed | undefined =>
  members(expect).every((member) => member === "100-continue")
    ? undefined
    : new ExpectationFailed({ received: expect.slice(0, 100) })

/**
 * Headers that may occur once, are read here, and lose further lines in node. Two lines may mean two different things.
 */
const once = ["content-type", "authorization", "if-modified-since", "if-unmodified-since"] as const

const repeated = (request: IncomingMessage): MalformedRequest | undefined => {
  const name = once.find((one) => request.headers[one] !== undefined && linesOf(request, one).length > 1)
  return name && new MalformedRequest({ reason: term(`${name} répété`, `repeated ${name}`) })
}

/** Finds the first rule of HTTP/1.1 that a request breaks and node's parser does not check. */
export const violation = (request: IncomingMessage, limits: HeadLimits): Problem | undefined => {
  const { headers, httpVersion, method, rawHeaders, url = "" } = request
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return new HttpVersionNotSupported()
  if (url.length > limits.maxUrlBytes) return new UriTooLong({ limit: limits.maxUrlBytes })
  if (rawHeaders.length > 2 * limits.maxHeaderLines) {
    return new HeadersTooLarge({ limit: limits.maxHeaderLines, unit: "lines" })
  }
  const fault = hostFault(request) ?? repeated(request)
  if (fault !== undefined) return fault
  if (method !== "CONNECT" && !isTarget(url, method)) {
    return new MalformedRequest({ reason: term("cible de la requête", "request-target") })
  }
  const codings = headers["transfer-encoding"]
  const unreadable = codings === undefined ? undefined : codingFault(codings)
  if (unreadable !== undefined) return unreadable
  return headers.expect === undefined || httpVersion === "1.0" ? undefined : expectationFault(headers.expect)
}

/**
 * True if a request's framing is suspect although it can be read. The connection closes after such a request (RFC 9112,
 * 6.1).
 */
export const isLast = ({ headers, httpVersion }: IncomingMessage): boolean =>
  httpVersion === "1.0" && headers["transfer-encoding"] !== undefined

/** Returns the trace id of a request that no adapter has handled. */
export const traceOf = (request: IncomingMessage): string =>
  request instanceof Incoming ? request.traceId : traceIdOf(request.headers)

/** Renders a problem document for a request that never reaches the contract. */
export const render = (problem: Problem, request: IncomingMessage): HttpServerResponse.HttpServerResponse => {
  const language = negotiate(request.headers["accept-language"])
  const path = pathOf(originForm(request.url ?? "/"))
  return ProblemResponse.render(problem, { language, path, traceId: traceOf(request) })
}
