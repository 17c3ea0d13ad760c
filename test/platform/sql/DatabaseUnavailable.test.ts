import { SqlError } from "@effect/sql"
import { describe, expect, it } from "@effect/vitest"
import {
  DatabaseUnavailable,
  isPassing,
  unavailable,
  UndoneTransaction
} from "../../../src/platform/sql/DatabaseUnavailable.ts"

const failure = (code: string) => new SqlError.SqlError({ cause: Object.assign(new Error(), { code }), message: "" })

const passing = {
  busy: [
    "SQLITE_BUSY",
    "SQLITE_BUSY_RECOVERY",
    "SQLITE_BUSY_SNAPSHOT",
    "SQLITE_BUSY_TIMEOUT",
    "SQLITE_LOCKED",
    "SQLITE_LOCKED_SHAREDCACHE",
    "SQLITE_LOCKED_VTAB",
    "SQLITE_PROTOCOL",
    "SQLITE_SCHEMA",
    "40001",
    "40P01",
    "55P03"
  ],
  full: ["SQLITE_FULL", "53100"],
  crowded: ["53300"],
  slow: ["57014", "25P03"],
  restarting: ["57P01", "57P02", "57P03"],
  refused: ["28000", "28P01", "3D000"],
  readonly: [
    "25006",
    "SQLITE_READONLY",
    "SQLITE_READONLY_CANTLOCK",
    "SQLITE_READONLY_DBMOVED",
    "SQLITE_READONLY_DIRECTORY"
  ],
  failing: [
    "SQLITE_IOERR",
    "SQLITE_IOERR_FSYNC",
    "SQLITE_IOERR_SHORT_READ",
    "SQLITE_IOERR_SHMMAP",
    "SQLITE_CANTOPEN",
    "SQLITE_CANTOPEN_ISDIR",
    "SQLITE_NOMEM",
    "SQLITE_IOERR_NOMEM",
    "SQLITE_ABORT_ROLLBACK",
    "SQLITE_INTERRUPT",
    "08000",
    "08006",
    "53200",
    "57P05",
    "58030"
  ]
}

const lasting = [
  "SQLITE_CONSTRAINT_UNIQUE",
  "SQLITE_CORRUPT",
  "SQLITE_CORRUPT_INDEX",
  "SQLITE_NOTADB",
  "SQLITE_ERROR",
  "SQLITE_MISUSE",
  "SQLITE_TOOBIG",
  "SQLITE_IOERR_CORRUPTFS",
  "SQLITE_IOERR_DATA",
  "SQLITE_CONSTRUCTOR",
  "23505",
  "22021",
  "25P02",
  "42P01",
  "57P04",
  "XX000",
  "ECONNREFUSED",
  "EPERM",
  ""
]

describe("a passing state of the database", () => {
  it("is recognized by every one of SQLite's extended codes and of PostgreSQL's, with its reason", () => {
    for (const [reason, codes] of Object.entries(passing)) {
      expect(codes.map((code) => [code, unavailable(failure(code))?.reason])).toEqual(
        codes.map((code) => [code, reason])
      )
    }
    expect(lasting.filter((code) => isPassing(failure(code)))).toEqual([])
  })

  it("is found under the wrappers of libraries, whatever they are", () => {
    const deep = { cause: new Error("refused", { cause: failure("SQLITE_BUSY") }) }
    expect(isPassing(deep)).toBe(true)
    const circular = { cause: {} }
    circular.cause = circular
    expect([circular, undefined, null, "SQLITE_BUSY", new Error("SQLITE_BUSY")].filter(isPassing)).toEqual([])
  })

  it("is the failure of a change whose transaction SQLite has undone", () => {
    expect(isPassing(new SqlError.SqlError({ cause: new UndoneTransaction(), message: "over" }))).toBe(true)
    expect(isPassing(new DatabaseUnavailable({ reason: "full" }))).toBe(true)
  })
})
