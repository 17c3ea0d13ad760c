import type { SqlError } from "@effect/sql"
import { Predicate } from "effect"

const uniqueViolations: ReadonlySet<unknown> = new Set([
  "SQLITE_CONSTRAINT_UNIQUE",
  "SQLITE_CONSTRAINT_PRIMARYKEY",
  // SQLSTATE of PostgreSQL.
  "23505"
])

/** True if a statement failed because a row with the same key exists. */
export const isUniqueViolation = (error: SqlError.SqlError): boolean =>
  Predicate.hasProperty(error.cause, "code") && uniqueViolations.has(error.cause.code)
