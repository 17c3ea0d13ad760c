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

/** Normalizes a page's origin as browsers write it (RFC 6454, 6.2), without the default port of its scheme. */
const originOf = (written: string): string | undefined => {
  const url = /^https?:\/\/[^/?#@\s]+\/?$/i.test(written) && URL.canParse(written) ? new URL(written) : undefined
  return url?.origin
}

/** Normalizes a name or an address as URLs do: lower case, no brackets, no root dot. */
const hostOf = (written: string): string | undefined => {
  const bracketed = /^[\da-f:.]*:[\da-f:.]*$/i.test(written) ? `[${written}]` : written
  if (!/^(\[[\da-f:.]+\]|[^\s/?#@:[\]\\*]+)$/i.test(bracketed) || !URL.canParse(`http://${bracketed}`)) return undefined
  return new URL(`http://${bracketed}`).hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "") || undefined
}

/** Accepts an address, or a name that the system knows. Text that looks like an IPv4 address must be one. */
const addressOf = (written: string): string | undefined => {
  const isName = /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(written) && !/^[\d.]+$/.test(written)
  return isIP(written) !== 0 || isName ? written.toLowerCase() : undefined
}

/** Accepts a bearer token that a header can carry (RFC 6750, 2.1) and that is too long to be guessed. */
const tokenOf = (written: string): string | undefined =>
  /^[\w.~+/-]+=*$/.test(written) && written.length >= 16 ? written : undefined

/** The address to listen on, access to the server, its log, and its stop. */
export const listening = {
  host: setting(
    "HOST",
    "127.0.0.1",
    "127.0.0.1",
    "an address such as 127.0.0.1, ::1 or 0.0.0.0, or a name, without scheme, brackets and port",
    "Address to listen on; an address beyond loopback needs API_TOKENS",
    addressOf
  ),
  port: integer("PORT", 3000, [0, 65_535], "", "Port to listen on; 0 picks a free one and prints it"),
  httpAdapter: oneOf(
    "HTTP_ADAPTER",
    "compiled",
    ["compiled", "platform"],
    "Adapter that serves the contract: our compiled one, or @effect/platform's own parts, which are slower. Clients see no difference"
  ),
  apiTokens: optional(
    "API_TOKENS",
    "none, loopback only",
    "a comma-separated list of different bearer tokens, each of 16 or more letters, digits and -._~+/, with = only at its end",
    "Bearer tokens; if set, every request must carry one of them",
    (written) => listOf(written, tokenOf)?.map((token) => Redacted.make(token)),
    secret
  ),
  allowedOrigins: list(
    "ALLOWED_ORIGINS",
    "none, only our own",
    "a comma-separated list of different origins such as https://app.example or http://localhost:5173, without a path",
    "Origins of other pages that may read answers (CORS), change data and open websockets; other origins get 403",
    originOf
  ),
  allowedHosts: list(
    "ALLOWED_HOSTS",
    "none, only HOST and loopback",
    "a comma-separated list of different names or addresses such as barista.example, without a port",
    "Further hosts that requests may name; other hosts get 421, as a hostile page's name could lead here (DNS rebinding). Not checked if API_TOKENS is set",
    hostOf
  ),
  logLevel: oneOf(
    "LOG_LEVEL",
    "info",
    ["trace", "debug", "info", "warning", "error", "none"],
    "Lowest level that is logged"
  ),
  logFormat: oneOf(
    "LOG_FORMAT",
    "auto",
    ["auto", "pretty", "json"],
    "Form of log lines; auto is pretty on a terminal and json elsewhere"
  ),
  accessLog: oneOf(
    "ACCESS_LOG",
    "problems",
    ["none", "problems", "all"],
    "Requests that get a log line, without their query, once answered: none, those with status 400 or above, or all. A websocket gets its line when it closes"
  ),
  logBacklogBytes: bytes(
    "LOG_BACKLOG_BYTES",
    16 * mebibyte,
    [64 * kibibyte, gibibyte],
    "Bytes of log lines waiting for a slow reader of standard output; beyond it lines are dropped and counted"
  ),
  shutdownDelay: duration(
    "SHUTDOWN_DELAY",
    "0 seconds",
    ["0 seconds", "10 minutes"],
    "Time after SIGTERM during which the server still serves but is not ready, so that a load balancer notices before connections are refused"
  ),
  shutdownTimeout: duration(
    "SHUTDOWN_TIMEOUT",
    "10 seconds",
    ["0 seconds", "10 minutes"],
    "Time for running requests to finish after SIGTERM"
  )
}
