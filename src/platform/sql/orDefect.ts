import { SqlError } from "@effect/sql"
import { Cause, Effect, ParseResult } from "effect"

type DatabaseFailure = SqlError.SqlError | ParseResult.ParseError | Cause.NoSuchElementException

const isDatabaseFailure = (error: unknown): error is DatabaseFailure =>
  error instanceof SqlError.SqlError || ParseResult.isParseError(error) || Cause.isNoSuchElementException(error)

/**
 * Makes a failure of the database itself a defect: it answers 500 and its cause is logged. What a rule of the domain refuses (a unique
 * violation, say) has to be caught before.
 */
export const orDefect = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, Exclude<E, DatabaseFailure>, R> =>
  Effect.catchAll(
    effect,
    (error): Effect.Effect<never, Exclude<E, DatabaseFailure>> =>
      isDatabaseFailure(error) ? Effect.die(error) : Effect.fail(remaining(error))
  )

/** What is left of a union of failures once the database's are gone. */
const remaining = <E>(error: E) => error as Exclude<E, DatabaseFailure>
