import { bytes, duration, gibibyte, integer, kibibyte, mebibyte, optional, part } from "./Setting.ts"

const maxRequests = integer(
  "MAX_REQUESTS",
  20_000,
  [1, 1_000_000],
  "requests",
  "Requests under way at once; beyond it 503 (about 20 KB of memory each)"
)

const batchMaxWaiting = integer(
  "BATCH_MAX_WAITING",
  10_000,
  [1, 1_000_000],
  "items",
  "Items of all batches accepted and not yet finished at once; beyond it 503"
)

/** How many requests there may be, how large and how slow, the batches and the event streams among them too. */
export const requests = {
  maxRequests,
  maxRequestsPerClient: part(
    "MAX_REQUESTS_PER_CLIENT",
    maxRequests,
    "requests",
    "Of those, requests of one address, so that it leaves room to the others; beyond it 503. Behind a proxy all clients have one address: set it to MAX_REQUESTS there"
  ),
  maxPipelined: integer(
    "MAX_PIPELINED",
    100,
    [1, 100_000],
    "requests",
    "Requests on one connection waiting behind one that is not answered yet; beyond it 503, and the connection closes"
  ),
  maxConnections: optional(
    "MAX_CONNECTIONS",
    "three quarters of the file descriptors that the process may still open",
    "a whole number of connections from 1 to 1000000",
    "Connections at once; beyond it the one that has been idle for the longest is closed, and without one the new one",
    (written) => (/^[1-9]\d{0,5}$|^1000000$/.test(written) ? Number(written) : undefined)
  ),
  maxBufferedBytes: bytes(
    "MAX_BUFFERED_BYTES",
    64 * mebibyte,
    [64 * kibibyte, 16 * gibibyte],
    "JSON bodies and chat messages that have not arrived whole, of all connections together; beyond it 503, or 1013. Whatever has taken more than 10 seconds gives way first"
  ),
  maxJsonValues: integer(
    "MAX_JSON_VALUES",
    10_000,
    [1_000, 1_000_000],
    "values",
    "Values in a JSON body, members and items; beyond it 422"
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
    "How long the answer to a request with an Idempotency-Key is kept, and repeated for that key"
  ),
  headersTimeout: duration(
    "HEADERS_TIMEOUT",
    "10 seconds",
    ["100 millis", "10 minutes"],
    "How long a client may take to send its request's headers"
  ),
  requestTimeout: duration(
    "REQUEST_TIMEOUT",
    "15 minutes",
    ["1 second", "24 hours"],
    "How long a client may take to send one whole request, an upload included"
  ),
  idleTimeout: duration(
    "IDLE_TIMEOUT",
    "10 minutes",
    ["1 second", "24 hours"],
    "Silence in both directions after which a connection is closed: it bounds the client that does not read its answer"
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
    "Header lines of a request; beyond it 431, where node would drop them"
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
    "How often a client that has closed its sending side gets 100 Continue until its answer: one that has left fails to take it"
  ),
  keepAliveTimeout: duration(
    "KEEP_ALIVE_TIMEOUT",
    "65 seconds",
    ["1 second", "1 hour"],
    "How long a connection may be idle between two requests: longer than the balancer in front keeps it (often 60 seconds), or a request meets its end"
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
    "Silence after which an event stream sends a comment, so that proxies keep its connection"
  ),
  eventsQueue: integer(
    "EVENTS_QUEUE",
    16,
    [1, 10_000],
    "events",
    "Events of one stream waiting for its client to read; beyond it what sends them waits too"
  ),
  eventsReadTimeout: duration(
    "EVENTS_READ_TIMEOUT",
    "1 minute",
    ["1 second", "1 hour"],
    "How long a stream waits for a client that reads no events; then it is stopped"
  ),
  eventsRetry: duration(
    "EVENTS_RETRY",
    "2 seconds",
    ["100 millis", "1 hour"],
    "Pause that an event stream asks its client to make before it connects again"
  )
}
