import { Data, Duration, Predicate, Schema } from "effect"
import * as Problem from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"

/**
 * Words for each reason, and the time that a client should wait. Another program's change ends sooner than a full disk.
 */
const reasons = {
  busy: {
    fr: "est occupée par un autre programme",
    en: "is busy with another program's change",
    retryAfter: Duration.seconds(1)
  },
  full: { fr: "n'a plus de place sur le disque", en: "has no room left on its disk", retryAfter: Duration.seconds(5) },
  readonly: { fr: "est en lecture seule", en: "is read-only", retryAfter: Duration.seconds(5) },
  failing: { fr: "est inaccessible pour l'instant", en: "cannot be reached", retryAfter: Duration.seconds(5) }
} as const

type Reason = keyof typeof reasons

/** 503: the database is in a passing state. Nothing was changed, and the same request may succeed later. */
export class DatabaseUnavailable extends Problem.define<DatabaseUnavailable>()("DatabaseUnavailable", 503, {
  reason: Schema.Literal("busy", "full", "readonly", "failing")
}) {
  get problem(): Problem.Description {
    const { en, fr, retryAfter } = reasons[this.reason]
    return {
      title: text("Base de données indisponible", "Database unavailable"),
      detail: text(`La base de données ${fr} ; rien n'a été modifié.`, `The database ${en}; nothing was changed.`),
      retryAfter
    }
  }
}

/** Cause of a failed statement whose transaction SQLite has undone by itself, as it does on a full disk. */
export class UndoneTransaction extends Data.TaggedError("UndoneTransaction") {}

/**
 * SQLite's primary result codes (sqlite.org/rescode.html) that depend on the machine or on other programs, not on the
 * statement. CORRUPT, NOTADB, CONSTRAINT, ERROR, MISUSE and the like recur at every try.
 */
const passingCodes: Readonly<Record<string, Reason>> = {
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

const reasonOfCode = (code: string): Reason | undefined => {
  const primary = /^SQLITE_([A-Z]+)/.exec(code)?.[1]
  return primary === undefined || lasting.has(code) || !Object.hasOwn(passingCodes, primary)
    ? undefined
    : passingCodes[primary]
}

/** Limit of errors that libraries wrap around each other, more than any of them uses. */
const deepest = 8

const reasonOf = (error: unknown, depth = 0): Reason | undefined => {
  if (error instanceof DatabaseUnavailable) return error.reason
  if (error instanceof UndoneTransaction) return "failing"
  if (depth === deepest || !Predicate.isObject(error)) return undefined
  const code = Predicate.hasProperty(error, "code") && Predicate.isString(error.code) ? error.code : ""
  return reasonOfCode(code) ?? (Predicate.hasProperty(error, "cause") ? reasonOf(error.cause, depth + 1) : undefined)
}

/**
 * True if an error or a defect comes from a passing state of the database. Such states are a lock of another program, a
 * full or failing disk, and a file that is read-only or cannot be opened. A route answers 503 with Retry-After; a job
 * retries without a limit.
 */
export const isPassing = (error: unknown): boolean => reasonOf(error) !== undefined

/** Returns the 503 for a passing state of the database; undefined for any other error or defect. */
export const unavailable = (error: unknown): DatabaseUnavailable | undefined => {
  const reason = reasonOf(error)
  return reason === undefined ? undefined : new DatabaseUnavailable({ reason })
}
