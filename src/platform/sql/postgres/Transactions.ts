import { SqlClient, type SqlConnection, SqlError } from "@effect/sql"
import { type Duration, Effect, Exit, Option } from "effect"
import { leafSpan } from "../../observability/Tracing.ts"
import { ChangeConnection, currentChange, isOver, over } from "../ChangeConnection.ts"
import type { DatabaseCounters } from "../DatabaseCounters.ts"
import { OutcomeUnknown } from "../DatabaseUnavailable.ts"
import { ConnectionLost, failed, NotCommitted } from "./Answers.ts"
import { retryConflicts } from "./conflicts.ts"
import type { PgConnection } from "./PgConnection.ts"
import type { Pool } from "./Pool.ts"

const span = { kind: "client", captureStackTrace: false, attributes: { "db.system.name": "postgresql" } } as const

/** A change under READ COMMITTED, PostgreSQL's default. */
const changing = "BEGIN"

/** Reads that all see one state. */
const reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

const within = <A, E, R>(own: SqlConnection.Connection, depth: number, effect: Effect.Effect<A, E, R>) =>
  Effect.provideService(effect, SqlClient.TransactionConnection, [own, depth])

/** Commits. The server answers COMMIT by ROLLBACK if a statement had failed. */
const commit = (connection: PgConnection): Effect.Effect<void, SqlError.SqlError> =>
  connection.command("COMMIT").pipe(
    Effect.tapError((error) => Effect.sync(() => connection.break(error))),
    Effect.mapError((error) =>
      error.cause instanceof ConnectionLost
        ? new SqlError.SqlError({ cause: new OutcomeUnknown({ cause: error.cause }), message: error.message })
        : error
    ),
    Effect.filterOrFail((command) => command === "COMMIT", () => failed(new NotCommitted()))
  )

/** Undoes a transaction. If that fails, the connection is closed, which undoes it too. */
const rollback = (connection: PgConnection): Effect.Effect<void> =>
  connection.broken === undefined
    ? Effect.catchAll(connection.command("ROLLBACK"), (error) => Effect.sync(() => connection.break(error)))
    : Effect.void

/**
 * Runs effects in transactions, each on a connection of its own. A conflict with another transaction repeats the whole
 * effect, which therefore must wait for statements only.
 */
export const make = (pool: Pool, lockTimeout: Duration.Duration, counters: DatabaseCounters) => {
  const retrying = retryConflicts(lockTimeout, counters)

  const once = <A, E, R>(begin: string, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(pool.take(restore), (connection) => {
        const own = new ChangeConnection(connection)
        return Effect.onError(restore(connection.command(begin)), () => rollback(connection)).pipe(
          Effect.zipRight(Effect.exit(restore(within(own, 0, effect)))),
          Effect.flatMap((exit) => {
            own.end()
            if (Exit.isFailure(exit)) return Effect.zipRight(rollback(connection), exit)
            counters.groups++
            counters.changes++
            return Effect.flatMap(commit(connection), () => {
              own.committed()
              return exit
            })
          }),
          Effect.ensuring(pool.give(connection))
        )
      })
    )

  /** Runs an effect within a savepoint of its fiber's transaction. */
  const nested = <A, E, R>(own: ChangeConnection, depth: number, effect: Effect.Effect<A, E, R>) => {
    const command = (sql: string) => own.execute(sql, [], undefined)
    return Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => isOver(own) ? over : command(`SAVEPOINT barista_${depth}`)).pipe(
        Effect.zipRight(Effect.exit(restore(within(own, depth, effect)))),
        Effect.flatMap((exit) => {
          // The effect has outlived its transaction.
          if (isOver(own)) return Effect.orDie(over)
          const undo = Exit.isFailure(exit) ? `ROLLBACK TO SAVEPOINT barista_${depth}; ` : ""
          // The transaction must not continue with changes that it believes undone.
          return Effect.zipRight(Effect.orDie(command(`${undo}RELEASE SAVEPOINT barista_${depth}`)), exit)
        })
      )
    )
  }

  const run = (begin: string) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.withFiberRuntime<A, E | SqlError.SqlError, R>((fiber) => {
      const change = Option.match(currentChange(fiber), {
        onNone: () => retrying(once(begin, effect)),
        onSome: ([outer, depth]) => {
          if (!(outer instanceof ChangeConnection)) return Effect.dieMessage("the transaction is not this database's")
          return outer.permit.withPermits(1)(nested(outer.nested(), depth + 1, effect))
        }
      })
      return leafSpan(fiber, "sql.transaction", () => span, change)
    })

  return {
    /** Runs a change; nested in another one, within a savepoint. */
    transaction: run(changing),
    /** Runs reads that see one state. */
    snapshot: run(reading),
    /** Runs a single statement outside of a transaction. */
    statement: retrying
  }
}
