import { bytes, duration, gibibyte, integer, kibibyte, mebibyte, optional, part } from "./Setting.ts"

const maxRequests = integer(
  "MAX_REQUESTS",
  20_000,
  [1, 1_000_000],
  "requests",
  "Requests in flight; beyond it 503. A request takes about 20 KB of memory"
)

const batchMaxWaiting = integer(
  "BATCH_MAX_WAITING",
  10_000,
  [1, 1_000_000],
  "items",
  "Accepted items of all batches that have not finished; beyond it 503"
)

/** Limits on the number, size and time of requests, of batches and of event streams. */
export const requests = {
  maxRequests,
  maxRequestsPerClient: part(
    "MAX_REQUESTS_PER_CLIENT",
    maxRequests,
    "requests",
    "Requests in flight from one address, which leaves room to others; beyond it 503. Behind a proxy all clients share one address: set MAX_REQUESTS there"
  ),
  maxPipelined: integer(
    "MAX_PIPELINED",
    100,
    [1, 100_000],
    "requests",
    "Requests on one connection waiting behind an unanswered one; beyond it 503, and the connection closes"
  ),
  maxConnections: optional(
    "MAX_CONNECTIONS",
    "three quarters of the file descriptors that the process may still open",
    "a whole number of connections from 1 to 1000000",
    "Connections at once; beyond it the connection that has been idle longest is closed, or the new one if none is idle",
    (written) => (/^[1-9]\d{0,5}$|^1000000$/.test(written) ? Number(written) : undefined)
  ),
  maxBufferedBytes: bytes(
    "MAX_BUFFERED_BYTES",
    64 * mebibyte,
    [64 * kibibyte, 16 * gibibyte],
    "Bytes of incomplete JSON bodies and chat messages, of all connections together; beyond it 503, or 1013. Those older than 10 seconds are dropped first"
  ),
  maxJsonValues: integer(
    "MAX_JSON_VALUES",
    10_000,
    [1_000, 1_000_000],
    "values",
    "Values in a JSON body, counting members and items; beyond it 422"
  ),
  maxBodyBytes: bytes("MAX_BODY_BYTES", mebibyte, [kibibyte, 64 * mebibyte], "Size of a JSON body; beyond it 413"),
  maxUploadBytes: bytes(
    "MAX_UPLOAD_BYTES",
    2 * gibibyte,
    [kibibyte, 1024 * gibibyte],
    "Size of one uploaded file; beyond it 413"
  ),
  maxUploadFiles: integer("MAX_UPLOAD_FILES", 100, [1, 10_000], "files", "Files in one upload request; beyond it 413"),
  idempotencyKeyRetention: duration(
    "IDEMPOTENCY_KEY_RETENTION",
    "24 hours",
    ["1 second", "365 days"],
    "Retention of the answer for an Idempotency-Key; a repeated request gets the same answer"
  ),
  headersTimeout: duration(
    "HEADERS_TIMEOUT",
    "10 seconds",
    ["100 millis", "10 minutes"],
    "Time for a client to send the headers of a request"
  ),
  requestTimeout: duration(
    "REQUEST_TIMEOUT",
    "15 minutes",
    ["1 second", "24 hours"],
    "Time for a client to send a whole request, an upload included"
  ),
  idleTimeout: duration(
    "IDLE_TIMEOUT",
    "10 minutes",
    ["1 second", "24 hours"],
    "Silence in both directions after which a connection is closed, which bounds clients that do not read their answer"
  ),
  maxHeaderBytes: bytes(
    "MAX_HEADER_BYTES",
    16 * kibibyte,
    [4 * kibibyte, mebibyte],
    "Size of a request's line and headers; beyond it 431"
  ),
  maxHeaderLines: integer(
    "MAX_HEADER_LINES",
    1_000,
    [20, 100_000],
    "lines",
    "Header lines of a request; beyond it 431 (Node alone would drop lines silently)"
  ),
  maxUrlBytes: bytes(
    "MAX_URL_BYTES",
    8 * kibibyte,
    [kibibyte, mebibyte],
    "Size of a request's path and query; beyond it 414"
  ),
  departureProbe: duration(
    "DEPARTURE_PROBE",
    "1 second",
    ["10 millis", "1 minute"],
    "Pause between two 100 Continue to a client that has closed its sending side; sending fails if the client has left"
  ),
  keepAliveTimeout: duration(
    "KEEP_ALIVE_TIMEOUT",
    "65 seconds",
    ["1 second", "1 hour"],
    "Idle time of a connection between two requests. Must exceed the load balancer's (often 60 seconds), or a request may meet a closing connection"
  ),
  batchMaxItems: integer(
    "BATCH_MAX_ITEMS",
    300,
    [1, 10_000],
    "items",
    "Items of a batch answered at once; beyond it 422"
  ),
  batchMaxItemsStreamed: integer(
    "BATCH_MAX_ITEMS_STREAMED",
    3_000,
    [1, 100_000],
    "items",
    "Items of a batch with progress over SSE; beyond it 422"
  ),
  batchMaxWaiting,
  batchMaxWaitingPerClient: part(
    "BATCH_MAX_WAITING_PER_CLIENT",
    batchMaxWaiting,
    "items",
    "Of those, items of one address; beyond it 503. Behind a proxy all clients have one address: set it to BATCH_MAX_WAITING there"
  ),
  eventsKeepAlive: duration(
    "EVENTS_KEEP_ALIVE",
    "15 seconds",
    ["100 millis", "10 minutes"],
    "Silence after which an event stream sends a comment, so that proxies keep the connection open"
  ),
  eventsQueue: integer(
    "EVENTS_QUEUE",
    16,
    [1, 10_000],
    "events",
    "Events of one stream waiting for its client to read; beyond it the sender waits too"
  ),
  eventsReadTimeout: duration(
    "EVENTS_READ_TIMEOUT",
    "1 minute",
    ["1 second", "1 hour"],
    "Time that an event stream waits for a client that reads nothing; then the stream is stopped"
  ),
  eventsRetry: duration(
    "EVENTS_RETRY",
    "2 seconds",
    ["100 millis", "1 hour"],
    "Pause that an event stream asks of its client before a reconnection"
  )
}
