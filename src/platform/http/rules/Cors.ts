import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from "node:http"

type Fields = OutgoingHttpHeaders | ReadonlyArray<OutgoingHttpHeader>

/** Seconds for which a browser may cache the answer to a preflight. */
const preflightAge = "600"

const isList = (fields: Fields): fields is ReadonlyArray<OutgoingHttpHeader> => Array.isArray(fields)

const entriesOf = (fields: Fields): ReadonlyArray<readonly [string, OutgoingHttpHeader]> =>
  isList(fields)
    ? fields.flatMap((name, index) => index % 2 === 0 ? [[String(name), fields[index + 1] ?? ""] as const] : [])
    : Object.entries(fields).flatMap(([name, value]) => value === undefined ? [] : [[name, value] as const])

/**
 * Makes the headers that let a page of the origin read the answer. A preflight also gets the methods and headers that
 * the page may send (Fetch, 3.2).
 */
const grant = (origin: string, response: ServerResponse, allow: OutgoingHttpHeader | undefined) => {
  const { headers, method } = response.req
  const isPreflight = method === "OPTIONS" && headers["access-control-request-method"] !== undefined
  const asked = headers["access-control-request-headers"]
  return {
    "access-control-allow-origin": origin,
    // The wildcard works because answers need no credentials of the browser.
    "access-control-expose-headers": "*",
    ...(isPreflight && allow !== undefined && { "access-control-allow-methods": String(allow) }),
    ...(isPreflight && asked !== undefined && { "access-control-allow-headers": asked }),
    ...(isPreflight && { "access-control-max-age": preflightAge })
  }
}

/**
 * Makes a class of responses that pages of the allowed origins may read, whichever part of the server answers. All
 * other answers vary by the origin, so that no cache hands one page the answer to another page.
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
