import { Redacted } from "effect"
import { isIP } from "node:net"
import {
  bytes,
  duration,
  gibibyte,
  integer,
  kibibyte,
  list,
  listOf,
  mebibyte,
  oneOf,
  optional,
  secret,
  setting
} from "./Setting.ts"

/** A page's origin as browsers write it (RFC 6454, 6.2), without the port that its scheme has anyway. */
const originOf = (written: string): string | undefined => {
  const url = /^https?:\/\/[^/?#@\s]+\/?$/i.test(written) && URL.canParse(written) ? new URL(written) : undefined
  return url?.origin
}

/** A name or an address as URLs have it: lower case, no brackets, no root dot. */
const hostOf = (written: string): string | undefined => {
  const bracketed = /^[\da-f:.]*:[\da-f:.]*$/i.test(written) ? `[${written}]` : written
  if (!/^(\[[\da-f:.]+\]|[^\s/?#@:[\]\\*]+)$/i.test(bracketed) || !URL.canParse(`http://${bracketed}`)) return undefined
  return new URL(`http://${bracketed}`).hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "") || undefined
}

/** An address, or a name that the system knows; what looks like an IPv4 address must be one. */
const addressOf = (written: string): string | undefined => {
  const isName = /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(written) && !/^[\d.]+$/.test(written)
  return isIP(written) !== 0 || isName ? written.toLowerCase() : undefined
}

/** A bearer token as a header can carry it (RFC 6750, 2.1), too long to be guessed. */
const tokenOf = (written: string): string | undefined =>
  /^[\w.~+/-]+=*$/.test(written) && written.length >= 16 ? written : undefined

/** Where the server listens and to whom, what it logs, and how it stops. */
export const listening = {
  host: setting(
    "HOST",
    "127.0.0.1",
    "127.0.0.1",
    "an address such as 127.0.0.1, ::1 or 0.0.0.0, or a name, without scheme, brackets and port",
    "Address to listen on; beyond loopback it needs API_TOKENS",
    addressOf
  ),
  port: integer("PORT", 3000, [0, 65_535], "", "Port to listen on; 0 picks a free one and prints it"),
  httpAdapter: oneOf(
    "HTTP_ADAPTER",
    "compiled",
    ["compiled", "platform"],
    "What serves the contract, the same to a client: our compiled adapter, or @effect/platform's own parts, which are slower"
  ),
  apiTokens: optional(
    "API_TOKENS",
    "none, loopback only",
    "a comma-separated list of different bearer tokens, each of 16 or more letters, digits and -._~+/, with = only at its end",
    "Bearer tokens, one of which every request must then carry",
    (written) => listOf(written, tokenOf)?.map((token) => Redacted.make(token)),
    secret
  ),
  allowedOrigins: list(
    "ALLOWED_ORIGINS",
    "none, only our own",
    "a comma-separated list of different origins such as https://app.example or http://localhost:5173, without a path",
    "Origins of other pages that may read answers (CORS), change things and open websockets; those of pages that may not get 403",
    originOf
  ),
  allowedHosts: list(
    "ALLOWED_HOSTS",
    "none, only HOST and loopback",
    "a comma-separated list of different names or addresses such as barista.example, without a port",
    "Further hosts that requests may be for, others get 421: a page could be served under a name that leads here. Not asked where API_TOKENS is set",
    hostOf
  ),
  logLevel: oneOf(
    "LOG_LEVEL",
    "info",
    ["trace", "debug", "info", "warning", "error", "none"],
    "Least level that is logged"
  ),
  logFormat: oneOf("LOG_FORMAT", "auto", ["auto", "pretty", "json"], "auto: pretty on a terminal, json elsewhere"),
  accessLog: oneOf(
    "ACCESS_LOG",
    "problems",
    ["none", "problems", "all"],
    "Which requests get a line in the log, without their query, once they are answered: none, those answered with 400 or above, or all; a websocket when it closes"
  ),
  logBacklogBytes: bytes(
    "LOG_BACKLOG_BYTES",
    16 * mebibyte,
    [64 * kibibyte, gibibyte],
    "Log lines waiting for a reader of standard output that is late; beyond it lines are dropped, and counted"
  ),
  shutdownDelay: duration(
    "SHUTDOWN_DELAY",
    "0 seconds",
    ["0 seconds", "10 minutes"],
    "How long the server goes on serving after SIGTERM, no longer ready, so that a balancer's checks see it before connections are refused"
  ),
  shutdownTimeout: duration(
    "SHUTDOWN_TIMEOUT",
    "10 seconds",
    ["0 seconds", "10 minutes"],
    "How long running requests may finish after SIGTERM"
  )
}
