import type { Headers } from "@effect/platform"
import { Either, Encoding, Option, Redacted } from "effect"
import { createHash, timingSafeEqual } from "node:crypto"

const digest = (token: string) => createHash("sha256").update(token).digest()

/** Reads the token of an `Authorization` header (RFC 6750). */
export const tokenOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1]

/**
 * Prefix of the subprotocol that carries a token in base64url. A page cannot set any other header of a websocket's
 * handshake.
 */
const subprotocol = "barista.token."

/** Lists the subprotocols that a websocket's client offers (RFC 6455, 4.1), in the client's order. */
export const subprotocolsOf = (headers: Headers.Headers): ReadonlyArray<string> =>
  (headers["sec-websocket-protocol"] ?? "").split(",").map((protocol) => protocol.trim()).filter((one) => one !== "")

export const carriesToken = (protocol: string): boolean => protocol.startsWith(subprotocol)

/** Reads the token of a websocket's handshake that has no `Authorization`. */
const tokenOfHandshake = (headers: Headers.Headers): string | undefined => {
  const protocol = headers["upgrade"] === undefined ? undefined : subprotocolsOf(headers).find(carriesToken)
  return protocol && Either.getOrUndefined(Encoding.decodeBase64UrlString(protocol.slice(subprotocol.length)))
}

/**
 * Makes a check that a request carries one of the tokens, in `Authorization` (RFC 6750) or as a websocket's
 * subprotocol. The check compares digests in constant time, so the time taken shows neither a token's length nor its
 * beginning. Without tokens every request passes: the server is then on loopback.
 */
export const checker = (tokens: Option.Option<ReadonlyArray<Redacted.Redacted>>) => {
  if (Option.isNone(tokens)) return () => true
  const known = tokens.value.map((token) => digest(Redacted.value(token)))
  return (headers: Headers.Headers): boolean => {
    const { authorization } = headers
    const given = digest((authorization === undefined ? tokenOfHandshake(headers) : tokenOf(authorization)) ?? "")
    // Compares every token, so that the time taken does not show which one matches.
    return known.filter((one) => timingSafeEqual(one, given)).length > 0
  }
}
