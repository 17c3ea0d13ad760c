import { Redacted } from "effect"
import { bytes, duration, gibibyte, integer, kibibyte, mebibyte, oneOf, optional, secret, words } from "./Setting.ts"

/** Where the server listens and to whom, what it logs, and how it stops. */
export const listening = {
  host: words(
    "HOST",
    "127.0.0.1",
    "an address to listen on",
    "Address to listen on; beyond loopback it needs API_TOKENS"
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
    "a comma-separated list of bearer tokens of 16 characters or more",
    "Bearer tokens, one of which every request must then carry",
    (written) => {
      const tokens = written.split(",").map((token) => token.trim())
      return tokens.every((token) => token.length >= 16) ? tokens.map((token) => Redacted.make(token)) : undefined
    },
    secret
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
    "none",
    ["none", "problems", "all"],
    "Which requests get a line in the log, without their query, once they are answered: none, those answered with 400 or above, or all; not websockets"
  ),
  logBacklogBytes: bytes(
    "LOG_BACKLOG_BYTES",
    16 * mebibyte,
    [64 * kibibyte, gibibyte],
    "JSON log lines waiting for a reader of standard output that is late; beyond it lines are dropped, and counted"
  ),
  shutdownTimeout: duration(
    "SHUTDOWN_TIMEOUT",
    "10 seconds",
    ["0 seconds", "10 minutes"],
    "How long running requests may finish after SIGTERM"
  )
}
