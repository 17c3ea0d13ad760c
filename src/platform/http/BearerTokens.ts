import { Option, Redacted } from "effect"
import { createHash, timingSafeEqual } from "node:crypto"

const digest = (token: string) => createHash("sha256").update(token).digest()

/** The token of an `Authorization` header (RFC 6750). */
export const tokenOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1]

/**
 * Whether an `Authorization` header carries one of the tokens (RFC 6750). Digests are compared, in constant time, so that neither a
 * token's length nor its beginning shows in the time taken. Without tokens everything is allowed: the server is then on loopback.
 */
export const checker = (tokens: Option.Option<ReadonlyArray<Redacted.Redacted>>) => {
  if (Option.isNone(tokens)) return () => true
  const known = tokens.value.map((token) => digest(Redacted.value(token)))
  return (authorization: string | undefined): boolean => {
    const given = digest(tokenOf(authorization) ?? "")
    // every token is compared, whichever matches
    return known.filter((one) => timingSafeEqual(one, given)).length > 0
  }
}
