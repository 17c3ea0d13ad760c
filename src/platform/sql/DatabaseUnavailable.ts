import { Data, Duration, Predicate, Schema } from "effect"
import * as Problem from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"

/** Words for each reason, and the time that a client should wait. A lock is free sooner than a full disk. */
const reasons = {
  busy: {
    fr: "est occupée par un autre programme",
    en: "is busy with another program's change",
    retryAfter: Duration.seconds(1)
  },
  crowded: {
    fr: "n'a plus de connexion libre",
    en: "has no connection left",
    retryAfter: Duration.seconds(1)
  },
  slow: { fr: "ne répond pas à temps", en: "does not answer in time", retryAfter: Duration.seconds(5) },
  restarting: { fr: "redémarre", en: "is restarting", retryAfter: Duration.seconds(2) },
  full: { fr: "n'a plus de place sur le disque", en: "has no room left on its disk", retryAfter: Duration.seconds(5) },
  readonly: { fr: "est en lecture seule", en: "is read-only", retryAfter: Duration.seconds(5) },
  failing: { fr: "est inaccessible pour l'instant", en: "cannot be reached", retryAfter: Duration.seconds(5) },
  refused: {
    fr: "n'existe pas ou refuse le serveur",
    en: "does not exist or refuses the server",
    retryAfter: Duration.seconds(30)
  },
  unknown: {
    fr: "s'est interrompue avant de confirmer",
    en: "was lost before it confirmed the change",
    retryAfter: Duration.seconds(2)
  }
} as const

type Reason = keyof typeof reasons

/**
 * 503: the database is in a passing state, and the same request may succeed later. Nothing was changed, unless the
 * outcome is unknown; then the same request with its idempotency key tells.
 */
export class DatabaseUnavailable extends Problem.define<DatabaseUnavailable>()("DatabaseUnavailable", 503, {
  reason: Schema.Literal(
    "busy",
    "crowded",
    "slow",
    "restarting",
    "full",
    "readonly",
    "failing",
    "refused",
    "unknown"
  )
}) {
  get problem(): Problem.Description {
    const { en, fr, retryAfter } = reasons[this.reason]
    const [fin, end] = this.reason === "unknown"
      ? ["la modification a pu se faire", "the change may have been made"]
      : ["rien n'a été modifié", "nothing was changed"]
    return {
      title: text("Base de données indisponible", "Database unavailable"),
      detail: text(`La base de données ${fr} ; ${fin}.`, `The database ${en}; ${end}.`),
      retryAfter
    }
  }
}

/** Cause of a failed statement whose transaction the database has undone by itself, as SQLite does on a full disk. */
export class UndoneTransaction extends Data.TaggedError("UndoneTransaction") {}

/** Cause of a change whose connection was lost before the database's answer, so that it may be made or not. */
export class OutcomeUnknown extends Data.TaggedError("OutcomeUnknown")<{ readonly cause: unknown }> {}

/**
 * SQLite's primary result codes (sqlite.org/rescode.html) that depend on the machine or on other programs, not on the
 * statement. CORRUPT, NOTADB, CONSTRAINT, ERROR, MISUSE and the like recur at every try.
 */
const sqliteCodes: Readonly<Record<string, Reason>> = {
  BUSY: "busy",
  LOCKED: "busy",
  // Another connection repeatedly changed the schema, or took the locks of the log's index.
  SCHEMA: "busy",
  PROTOCOL: "busy",
  FULL: "full",
  READONLY: "readonly",
  IOERR: "failing",
  CANTOPEN: "failing",
  NOMEM: "failing",
  // A rollback or a deliberate interruption ended the statement.
  ABORT: "failing",
  INTERRUPT: "failing"
}

/** Extended codes that last although their primary code passes: the file is damaged, or its key is wrong. */
const lasting: ReadonlySet<string> = new Set([
  "SQLITE_IOERR_CORRUPTFS",
  "SQLITE_IOERR_DATA",
  "SQLITE_IOERR_BADKEY",
  "SQLITE_IOERR_CODEC"
])

/**
 * SQLSTATEs of PostgreSQL (its documentation, appendix A) that depend on the machine, the network or other programs. A
 * code of two characters stands for its class.
 */
const sqlStates: Readonly<Record<string, Reason>> = {
  // connection exceptions
  "08": "failing",
  // read_only_sql_transaction: a standby, or one that a failover has made so
  "25006": "readonly",
  // idle_in_transaction_session_timeout
  "25P03": "slow",
  // invalid_authorization_specification
  "28": "refused",
  // invalid_catalog_name: an unknown database
  "3D000": "refused",
  // serialization_failure, deadlock_detected, after some tries
  "40001": "busy",
  "40P01": "busy",
  // insufficient_resources
  "53": "failing",
  // disk_full
  "53100": "full",
  // too_many_connections
  "53300": "crowded",
  // lock_not_available
  "55P03": "busy",
  // query_canceled, by the timeout of statements
  "57014": "slow",
  // admin_shutdown, crash_shutdown, cannot_connect_now
  "57P01": "restarting",
  "57P02": "restarting",
  "57P03": "restarting",
  // idle_session_timeout
  "57P05": "failing",
  // system_error
  "58": "failing"
}

const reasonOfState = (code: string): Reason | undefined =>
  code.length === 5 ? sqlStates[code] ?? sqlStates[code.slice(0, 2)] : undefined

const reasonOfCode = (code: string): Reason | undefined => {
  const primary = /^SQLITE_([A-Z]+)/.exec(code)?.[1]
  return primary === undefined || lasting.has(code) || !Object.hasOwn(sqliteCodes, primary)
    ? undefined
    : sqliteCodes[primary]
}

/** Limit of errors that libraries wrap around each other, more than any of them uses. */
const deepest = 8

const reasonOf = (error: unknown, depth = 0): Reason | undefined => {
  if (error instanceof DatabaseUnavailable) return error.reason
  if (error instanceof UndoneTransaction) return "failing"
  if (error instanceof OutcomeUnknown) return "unknown"
  if (depth === deepest || !Predicate.isObject(error)) return undefined
  const code = Predicate.hasProperty(error, "code") && Predicate.isString(error.code) ? error.code : ""
  return reasonOfCode(code) ?? reasonOfState(code) ??
    (Predicate.hasProperty(error, "cause") ? reasonOf(error.cause, depth + 1) : undefined)
}

/**
 * True if an error or a defect comes from a passing state of the database. Such states are a lock of another program, a
 * full or failing disk, a file that is read-only or cannot be opened, and a server that cannot be reached. A route
 * answers 503 with Retry-After; a job retries without a limit.
 */
export const isPassing = (error: unknown): boolean => reasonOf(error) !== undefined

/** Returns the 503 for a passing state of the database; undefined for any other error or defect. */
export const unavailable = (error: unknown): DatabaseUnavailable | undefined => {
  const reason = reasonOf(error)
  return reason === undefined ? undefined : new DatabaseUnavailable({ reason })
}
