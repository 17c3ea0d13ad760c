import { Config, ConfigProvider, Context, Effect, Layer, Redacted } from "effect"
import { parseSender } from "./domain/Email.ts"
import {
  bytes,
  duration,
  gibibyte,
  integer,
  kibibyte,
  mebibyte,
  oneOf,
  optional,
  secret,
  setting,
  words
} from "./domain/Setting.ts"
import { parseSmtpUrl } from "./domain/SmtpServer.ts"

const httpUrl = (written: string): URL | undefined => {
  const url = URL.canParse(written) ? new URL(written) : undefined
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined
}

/**
 * Every setting of the product, by its key in `AppConfig`. Nothing else reads the environment.
 * A limit stands here once, with its unit and the reason for it.
 */
export const settings = {
  host: words(
    "HOST",
    "127.0.0.1",
    "an address to listen on",
    "Address to listen on; beyond loopback it needs API_TOKENS"
  ),
  port: integer("PORT", 3000, [0, 65_535], "", "Port to listen on; 0 picks a free one and prints it"),
  dataDir: words("DATA_DIR", "./data", "a folder", "Folder of the SQLite file and the uploads"),
  databaseUrl: optional(
    "DATABASE_URL",
    "sqlite under DATA_DIR",
    "sqlite:PATH (postgres:// is not supported yet)",
    "The database",
    (written) => /^sqlite:(.+)$/.exec(written)?.[1],
    // another database's URL may carry a password
    secret
  ),
  sampleData: oneOf("SAMPLE_DATA", "handbook", ["handbook", "none"], "What an empty database is filled with"),
  upstreamUrl: optional(
    "UPSTREAM_URL",
    "embedded upstream",
    "an http or https URL without user and password",
    "The httpbin to call",
    (written) => {
      const url = httpUrl(written)
      return url?.username === "" && url.password === "" ? url : undefined
    },
    secret
  ),
  upstreamConnections: integer(
    "UPSTREAM_CONNECTIONS",
    256,
    [1, 10_000],
    "connections",
    "Connections to the upstream at once; further calls wait for one"
  ),
  upstreamMaxBytes: bytes(
    "UPSTREAM_MAX_BYTES",
    mebibyte,
    [kibibyte, 64 * mebibyte],
    "Size of an upstream answer; beyond it the call fails"
  ),
  smtpUrl: optional(
    "SMTP_URL",
    "embedded outbox",
    "a URL such as smtp://user:secret@host:587 or smtps://host, user and secret percent-encoded",
    "The mail server; smtp:// with a user insists on STARTTLS beyond loopback. Without it mails are kept in /outbox",
    parseSmtpUrl,
    secret
  ),
  mailFrom: setting(
    "MAIL_FROM",
    { name: "Barista", address: "barista@localhost", domain: "localhost" },
    "Barista <barista@localhost>",
    "an address, alone or as Name <address>",
    "Whom mails are from",
    parseSender
  ),
  smtpConnections: integer(
    "SMTP_CONNECTIONS",
    5,
    [1, 100],
    "connections",
    "Connections to the mail server at once, kept open between mails; further mails wait for one"
  ),
  smtpConnectTimeout: duration(
    "SMTP_CONNECT_TIMEOUT",
    "10 seconds",
    ["10 millis", "5 minutes"],
    "How long the mail server may take to be found, accept a connection, greet and encrypt"
  ),
  smtpReplyTimeout: duration(
    "SMTP_REPLY_TIMEOUT",
    "1 minute",
    ["10 millis", "10 minutes"],
    "How long the mail server may be silent when a reply is due"
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
  ),

  maxRequests: integer(
    "MAX_REQUESTS",
    20_000,
    [1, 1_000_000],
    "requests",
    "Requests under way at once; beyond it 503 (about 20 KB of memory each)"
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

  blockingQueue: integer(
    "BLOCKING_QUEUE",
    64,
    [1, 10_000],
    "calls",
    "Calls waiting for or running on the sacrificial event loop; beyond it 503"
  ),
  cpuWorkers: integer("CPU_WORKERS", 2, [1, 64], "threads", "Worker threads of the CPU pool"),
  cpuQueue: integer(
    "CPU_QUEUE",
    64,
    [1, 10_000],
    "computations",
    "Computations waiting for a CPU worker; beyond it 503"
  ),

  chatMaxMessageBytes: bytes(
    "CHAT_MAX_MESSAGE_BYTES",
    64 * kibibyte,
    [128, 16 * mebibyte],
    "Size of a chat message; beyond it the socket is closed with 1009"
  ),
  chatMaxClients: integer("CHAT_MAX_CLIENTS", 10_000, [1, 1_000_000], "sockets", "Chat sockets at once; beyond it 503"),
  chatQueueMessages: integer(
    "CHAT_QUEUE_MESSAGES",
    256,
    [1, 100_000],
    "messages",
    "Messages waiting to be sent to one client; beyond it the socket is closed with 1013"
  ),
  chatQueueBytes: bytes(
    "CHAT_QUEUE_BYTES",
    mebibyte,
    [kibibyte, 64 * mebibyte],
    "Bytes waiting to be sent to one client; beyond it the socket is closed with 1013"
  ),
  chatHeartbeat: duration(
    "CHAT_HEARTBEAT",
    "30 seconds",
    ["100 millis", "1 hour"],
    "Pause between pings; a client that answered none since the last one is disconnected"
  ),
  chatReceiveMessages: integer(
    "CHAT_RECEIVE_MESSAGES",
    16,
    [1, 10_000],
    "messages",
    "Messages of one client waiting to be processed; beyond it its socket is not read until there is room"
  ),
  chatProcessing: duration(
    "CHAT_PROCESSING",
    "100 millis",
    ["0 seconds", "1 minute"],
    "How long the processing of one chat message takes"
  ),
  chatCloseTimeout: duration(
    "CHAT_CLOSE_TIMEOUT",
    "2 seconds",
    ["10 millis", "1 minute"],
    "How long a client may take to read what is queued and answer the closing handshake; then it is cut"
  ),

  slowDuration: duration(
    "SLOW_DURATION",
    "3 seconds",
    ["0 seconds", "1 minute"],
    "How long the slow operation takes (/sync-slow, /async-slow)"
  ),
  taskDuration: duration(
    "TASK_DURATION",
    "1 second",
    ["0 seconds", "1 minute"],
    "How long each of three tasks takes (/sync-multiple, /async-multiple)"
  ),
  openingTaskDuration: duration(
    "OPENING_TASK_DURATION",
    "2 seconds",
    ["0 seconds", "1 minute"],
    "How long each of two tasks takes in the two opening programs"
  ),
  comparisonTaskDuration: duration(
    "COMPARISON_TASK_DURATION",
    "500 millis",
    ["0 seconds", "1 minute"],
    "How long each of five tasks takes (/perf-test-sync, /perf-test-async)"
  ),
  riskyTaskDuration: duration(
    "RISKY_TASK_DURATION",
    "100 millis",
    ["0 seconds", "1 minute"],
    "How long each of five tasks takes, of which one fails (/error-handling)"
  ),
  monitoredDuration: duration(
    "MONITORED_DURATION",
    "1 second",
    ["0 seconds", "1 minute"],
    "How long the monitored operation takes (/monitored-endpoint)"
  ),
  measuredDuration: duration(
    "MEASURED_DURATION",
    "500 millis",
    ["0 seconds", "1 minute"],
    "How long the measured operation takes (/measured)"
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
  batchMaxWaiting: integer(
    "BATCH_MAX_WAITING",
    10_000,
    [1, 1_000_000],
    "items",
    "Items of all batches accepted and not yet finished at once; beyond it 503"
  ),
  batchItemDuration: duration(
    "BATCH_ITEM_DURATION",
    "1 second",
    ["0 seconds", "1 hour"],
    "How long the processing of one item of a batch takes"
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

  jobsMaxUnfinished: integer(
    "JOBS_MAX_UNFINISHED",
    10_000,
    [1, 1_000_000],
    "jobs",
    "Jobs accepted and not yet finished at once; beyond it 503"
  ),
  jobsConcurrency: integer(
    "JOBS_CONCURRENCY",
    256,
    [1, 10_000],
    "jobs",
    "Jobs that run at once, pauses between attempts included; further ones wait (about 250 KB of memory each that runs)"
  ),
  jobsPollInterval: duration(
    "JOBS_POLL_INTERVAL",
    "1 second",
    ["10 millis", "1 minute"],
    "How often the engine looks for jobs that have become due: the precision of a delay"
  ),
  jobsStopTimeout: duration(
    "JOBS_STOP_TIMEOUT",
    "2 seconds",
    ["0 seconds", "1 minute"],
    "How long running activities may finish after the last request has; what is cut off is done again at the next start"
  ),
  jobRetention: duration(
    "JOB_RETENTION",
    "7 days",
    ["1 second", "3650 days"],
    "How long a job that succeeded or was cancelled is kept"
  ),
  deadLetterRetention: duration(
    "DEAD_LETTER_RETENTION",
    "90 days",
    ["1 second", "3650 days"],
    "How long a job that failed is kept, to be tried again"
  ),
  maintenanceInterval: duration(
    "MAINTENANCE_INTERVAL",
    "1 hour",
    ["1 second", "30 days"],
    "Pause between two maintenance jobs, which remove what is no longer kept and check the ledger"
  ),
  mailDuration: duration(
    "MAIL_DURATION",
    "2 seconds",
    ["0 seconds", "1 minute"],
    "How long the composition of a mail takes"
  ),
  profileDuration: duration(
    "PROFILE_DURATION",
    "1 second",
    ["0 seconds", "1 minute"],
    "How long the creation of a profile takes"
  ),
  mailingListDuration: duration(
    "MAILING_LIST_DURATION",
    "500 millis",
    ["0 seconds", "1 minute"],
    "How long joining the mailing list takes"
  ),

  dataFileMaxBytes: bytes(
    "DATA_FILE_MAX_BYTES",
    mebibyte,
    [1, 64 * mebibyte],
    "How much of data.txt is read (/good-async-usage)"
  )
} as const

export type Values = { readonly [K in keyof typeof settings]: Config.Config.Success<(typeof settings)[K]["config"]> }

const all: Config.Config<Values> = Config.all(
  Object.fromEntries(Object.entries(settings).map(([key, { config }]) => [key, config]))
) as never

const defaults = Effect.withConfigProvider(all, ConfigProvider.fromMap(new Map()))

/** The settings in force, each read once at the start. */
export class AppConfig extends Context.Tag("barista/AppConfig")<AppConfig, Values>() {
  /** Reads the environment; fails with one line a bad variable. */
  static readonly layer = Layer.effect(AppConfig, all)

  /** The defaults, with some values replaced; reads no environment. */
  static readonly layerWith = (overrides: Partial<Values>) =>
    Layer.effect(AppConfig, Effect.map(defaults, (values) => ({ ...values, ...overrides })))
}
