import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from "node:http"

type Fields = OutgoingHttpHeaders | ReadonlyArray<OutgoingHttpHeader>

/** Seconds for which a browser may keep what a preflight was answered. */
const preflightAge = "600"

const isList = (fields: Fields): fields is ReadonlyArray<OutgoingHttpHeader> => Array.isArray(fields)

const entriesOf = (fields: Fields): ReadonlyArray<readonly [string, OutgoingHttpHeader]> =>
  isList(fields)
    ? fields.flatMap((name, index) => index % 2 === 0 ? [[String(name), fields[index + 1] ?? ""] as const] : [])
    : Object.entries(fields).flatMap(([name, value]) => value === undefined ? [] : [[name, value] as const])

/** The headers that let a page of the origin read the answer, and send what it asks leave for (Fetch, 3.2). */
const grant = (origin: string, response: ServerResponse, allow: OutgoingHttpHeader | undefined) => {
  const { headers, method } = response.req
  const isPreflight = method === "OPTIONS" && headers["access-control-request-method"] !== undefined
  const asked = headers["access-control-request-headers"]
  return {
    "access-control-allow-origin": origin,
    // an answer that needs no token of the browser's own: every header may be read
    "access-control-expose-headers": "*",
    ...(isPreflight && allow !== undefined && { "access-control-allow-methods": String(allow) }),
    ...(isPreflight && asked !== undefined && { "access-control-allow-headers": asked }),
    ...(isPreflight && { "access-control-max-age": preflightAge })
  }
}

/**
 * A class of responses that pages of the allowed origins may read, whatever makes the answer. The others' say only that they depend on
 * the origin, so that no cache hands one page what was answered to another.
 */
export const responseClass = (origins: ReadonlyArray<string>): typeof ServerResponse => {
  const allowed: ReadonlySet<string | undefined> = new Set(origins)
  return class<Request extends IncomingMessage> extends ServerResponse<Request> {
    override writeHead(status: number, reason?: string | Fields, fields?: Fields): this {
      const given = Object.fromEntries(entriesOf((typeof reason === "string" ? fields : reason) ?? []))
      const { allow, vary } = given
      const { origin } = this.req.headers
      const headers = {
        ...given,
        vary: vary === undefined ? "origin" : `${String(vary)}, origin`,
        ...(origin !== undefined && allowed.has(origin) && grant(origin, this, allow))
      }
      return typeof reason === "string" ? super.writeHead(status, reason, headers) : super.writeHead(status, headers)
    }
  }
}
