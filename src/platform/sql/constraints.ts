import type { SqlError } from "@effect/sql"
import { Predicate } from "effect"

const uniqueViolations: ReadonlySet<unknown> = new Set([
  "SQLITE_CONSTRAINT_UNIQUE",
  "SQLITE_CONSTRAINT_PRIMARYKEY",
  // PostgreSQL's SQLSTATE
  "23505"
])

/** Whether a statement failed because a row with that key exists already. */
export const isUniqueViolation = (error: SqlError.SqlError): boolean =>
  Predicate.hasProperty(error.cause, "code") && uniqueViolations.has(error.cause.code)
