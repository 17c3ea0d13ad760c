import type { Headers } from "@effect/platform"
import { Either, Encoding, Option, Redacted } from "effect"
import { createHash, timingSafeEqual } from "node:crypto"

const digest = (token: string) => createHash("sha256").update(token).digest()

/** The token of an `Authorization` header (RFC 6750). */
export const tokenOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1]

/** Begins the subprotocol that carries a token, in base64url: a page can set no other header of a websocket's handshake. */
const subprotocol = "barista.token."

/** The subprotocols that a websocket's client offers (RFC 6455, 4.1), in its order. */
export const subprotocolsOf = (headers: Headers.Headers): ReadonlyArray<string> =>
  (headers["sec-websocket-protocol"] ?? "").split(",").map((protocol) => protocol.trim()).filter((one) => one !== "")

export const carriesToken = (protocol: string): boolean => protocol.startsWith(subprotocol)

/** The token of a websocket's handshake, where it has no `Authorization`. */
const tokenOfHandshake = (headers: Headers.Headers): string | undefined => {
  const protocol = headers["upgrade"] === undefined ? undefined : subprotocolsOf(headers).find(carriesToken)
  return protocol && Either.getOrUndefined(Encoding.decodeBase64UrlString(protocol.slice(subprotocol.length)))
}

/**
 * Whether a request carries one of the tokens, in `Authorization` (RFC 6750) or as a websocket's subprotocol. Digests are compared, in constant time, so that neither a
 * token's length nor its beginning shows in the time taken. Without tokens everything is allowed: the server is then on loopback.
 */
export const checker = (tokens: Option.Option<ReadonlyArray<Redacted.Redacted>>) => {
  if (Option.isNone(tokens)) return () => true
  const known = tokens.value.map((token) => digest(Redacted.value(token)))
  return (headers: Headers.Headers): boolean => {
    const { authorization } = headers
    const given = digest((authorization === undefined ? tokenOfHandshake(headers) : tokenOf(authorization)) ?? "")
    // every token is compared, whichever matches
    return known.filter((one) => timingSafeEqual(one, given)).length > 0
  }
}
