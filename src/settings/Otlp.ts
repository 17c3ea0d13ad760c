import { duration, integer, optional, secret } from "./Setting.ts"
import { bareUrl } from "./Upstream.ts"

/** The receiver of spans, and the limits on what waits for it. */
export const otlp = {
  otlpUrl: optional(
    "OTLP_URL",
    "none",
    "an http or https URL without user, password, query and fragment",
    "Receiver of the spans of recorded runs, as OTLP/HTTP with JSON; /v1/traces is added. A caller's trace that is not sampled is not sent",
    bareUrl,
    secret
  ),
  otlpQueue: integer(
    "OTLP_QUEUE",
    4_096,
    [1, 1_000_000],
    "spans",
    "Ended spans that wait for the receiver; beyond it further ones are lost, and counted in the log"
  ),
  otlpInterval: duration(
    "OTLP_INTERVAL",
    "5 seconds",
    ["10 millis", "10 minutes"],
    "Pause between two requests to the receiver, unless 512 spans wait"
  ),
  otlpTimeout: duration(
    "OTLP_TIMEOUT",
    "10 seconds",
    ["10 millis", "10 minutes"],
    "Time for the receiver to answer a request"
  )
}
