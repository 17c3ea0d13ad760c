import { SqlError } from "@effect/sql"
import { Data, Predicate } from "effect"
import type { CustomTypesConfig, DatabaseError } from "pg"
import { driver } from "./driver.ts"

/**
 * The connection to the server is lost: its socket failed, or the server did not answer in time. Has the SQLSTATE of a
 * lost connection, as the driver's own errors have none.
 */
export class ConnectionLost extends Data.TaggedError("ConnectionLost")<{ readonly reason: unknown }> {
  readonly code = "08006"

  override get message(): string {
    return `the connection to the database is lost (${
      Predicate.hasProperty(this.reason, "message") ? String(this.reason.message) : String(this.reason)
    })`
  }
}

/** All connections of the pool are in use, and none became free in time. Has the SQLSTATE of too many connections. */
export class PoolFull extends Data.TaggedError("PoolFull") {
  readonly code = "53300"
  override readonly message = "no connection to the database became free in time"
}

/** A statement failed in a transaction whose effect succeeded all the same, so the server committed nothing. */
export class NotCommitted extends Data.TaggedError("NotCommitted") {
  override readonly message = "the transaction was rolled back, as a failure of one of its statements was ignored"
}

/** Makes the failure of a statement. */
export const failed = (cause: { readonly message: string }): SqlError.SqlError =>
  new SqlError.SqlError({ cause, message: cause.message })

/** The error as the server reported it, with its SQLSTATE; otherwise the loss of the connection. */
export const causeOf = (error: Error): DatabaseError | ConnectionLost =>
  error instanceof driver().DatabaseError || error instanceof ConnectionLost
    ? error
    : new ConnectionLost({ reason: error })

/** Errors after which the server ends the session, or is no longer the one that takes changes. */
export const isFinal = (cause: DatabaseError | ConnectionLost): boolean =>
  cause instanceof ConnectionLost || cause.severity === "FATAL" || cause.severity === "PANIC" || cause.code === "25006"

/** OIDs of the types `int8` and `numeric`. */
const [int8, numeric]: readonly [number, number] = [20, 1700]

/** A whole number that JavaScript keeps exactly; a longer or a broken one as its text. */
const wholeNumber = (text: string): number | string => Number.isSafeInteger(Number(text)) ? Number(text) : text

/** Parsers of values. The driver would give each `int8` as text, for the few that are beyond 2^53. */
export const types: CustomTypesConfig = {
  getTypeParser:
    ((oid: number, format?: "text" | "binary") =>
      oid === int8 || oid === numeric ? wholeNumber : driver().types.getTypeParser(oid, format)) as never
}
