import { SqlError } from "@effect/sql"
import { Cause, Effect, ParseResult } from "effect"
import type * as Query from "./Query.ts"

const isDatabaseFailure = (error: unknown): error is Query.Failure =>
  error instanceof SqlError.SqlError || ParseResult.isParseError(error) || Cause.isNoSuchElementException(error)

/**
 * Turns a failure of the database itself into a defect, which answers 500 and is logged. Rejections by a rule of the
 * domain, such as a unique violation, must be caught before.
 */
export const orDefect = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, Exclude<E, Query.Failure>, R> =>
  Effect.catchAll(
    effect,
    (error): Effect.Effect<never, Exclude<E, Query.Failure>> =>
      isDatabaseFailure(error) ? Effect.die(error) : Effect.fail(remaining(error))
  )

/** Narrows a union of failures to those that are not the database's. */
const remaining = <E>(error: E) => error as Exclude<E, Query.Failure>
