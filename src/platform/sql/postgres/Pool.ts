import { type SqlConnection, SqlError } from "@effect/sql"
import { type Duration, Effect, Redacted, type Scope, Stream } from "effect"
import type { PoolClient } from "pg"
import type { PostgresUrl } from "../../../domain/DatabaseUrl.ts"
import { waitFor } from "../../../domain/Wait.ts"
import { OutcomeUnknown } from "../DatabaseUnavailable.ts"
import { causeOf, ConnectionLost, failed, PoolFull } from "./Answers.ts"
import type { Contact } from "./Contact.ts"
import { driver } from "./driver.ts"
import { PgConnection } from "./PgConnection.ts"
import { type Limits, sessionOf } from "./sessionSettings.ts"

const waitsForConnection = waitFor("turn")

export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** The connections of a server to its database, shared by all its fibers. */
export interface Pool {
  /** Takes a connection, which the caller gives back. Call it uninterruptibly, with what restores interruption. */
  readonly take: (restore: Restore) => Effect.Effect<PgConnection, SqlError.SqlError>
  /** Gives a connection back, or closes it if it must not be used again. */
  readonly give: (connection: PgConnection) => Effect.Effect<void>
  /** Reserves a connection until the scope closes. */
  readonly reserve: Effect.Effect<PgConnection, SqlError.SqlError, Scope.Scope>
  /** Runs each statement on a connection of its own. */
  readonly alone: SqlConnection.Connection
  /** Connections in use, idle ones, and fibers that wait for one. */
  readonly figures: () => { readonly used: number; readonly idle: number; readonly waiting: number }
}

/** Matches statements that change nothing, so that their outcome is never in doubt. */
const isReading = /^\s*SELECT\b/i

/** A change of its own has no known outcome if the connection is lost before the answer. */
const inDoubt = (sql: string) => (error: SqlError.SqlError): SqlError.SqlError =>
  error.cause instanceof ConnectionLost && !isReading.test(sql)
    ? new SqlError.SqlError({ cause: new OutcomeUnknown({ cause: error.cause }), message: error.message })
    : error

const unreachable = new ConnectionLost({ reason: "the database has not answered for some time" })

/**
 * Opens a pool until the scope closes. Its connections are made when they are first needed. While the contact is lost
 * there are none, and nobody waits for one.
 */
export const make = (
  url: PostgresUrl,
  limits: Limits & { readonly answerTimeout: Duration.Duration },
  contact: Contact
) =>
  Effect.gen(function*() {
    const { answerTimeout, connections } = limits
    const pool = yield* Effect.acquireRelease(
      Effect.sync(() => new (driver().Pool)({ ...sessionOf(Redacted.value(url.url), limits), max: connections })),
      (opened) => Effect.promise(() => opened.end())
    )
    // An idle connection that breaks leaves the pool by itself; without a listener the error would end the process.
    pool.on("error", () => undefined)
    const known = new WeakMap<PoolClient, PgConnection>()
    const clients = new WeakMap<PgConnection, PoolClient>()

    const connectionOf = (client: PoolClient): PgConnection => {
      const existing = known.get(client)
      if (existing !== undefined) return existing
      const connection = new PgConnection(client, answerTimeout)
      known.set(client, connection)
      clients.set(connection, client)
      const stay = contact.onLoss(() => connection.destroy(unreachable))
      client.once("end", stay)
      return connection
    }

    const refusalOf = (error: Error | undefined): SqlError.SqlError =>
      failed(
        isTimeout(error)
          ? new PoolFull()
          : causeOf(error ?? new Error("the pool has no connection"))
      )

    const give = (connection: PgConnection) =>
      Effect.sync(() => {
        if (connection.broken !== undefined) connection.destroy(connection.broken)
        clients.get(connection)?.release(connection.broken)
      })

    const take = (restore: Restore) =>
      Effect.suspend(() => {
        if (contact.isLost) return Effect.fail(failed(unreachable))
        let taken: PgConnection | undefined
        let isGone = false
        const turn = Effect.async<PgConnection, SqlError.SqlError>((resume) => {
          const stay = contact.onLoss(() => {
            isGone = true
            resume(Effect.fail(failed(unreachable)))
          })
          pool.connect((error, client) => {
            stay()
            if (client === undefined) return resume(Effect.fail(refusalOf(error)))
            if (isGone) return client.release()
            taken = connectionOf(client)
            resume(Effect.succeed(taken))
          })
        }, waitsForConnection)
        return Effect.onError(restore(turn), () =>
          Effect.suspend(() => {
            isGone = true
            // The connection may have come at the moment of the interruption.
            return taken === undefined ? Effect.void : give(taken)
          }))
      })

    const use = <A>(
      sql: string,
      run: (connection: PgConnection) => Effect.Effect<A, SqlError.SqlError>
    ): Effect.Effect<A, SqlError.SqlError> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(
          take(restore),
          (connection) => Effect.ensuring(Effect.mapError(restore(run(connection)), inDoubt(sql)), give(connection))
        )
      )

    const alone: SqlConnection.Connection = {
      execute: (sql, values) => use(sql, (connection) => connection.execute(sql, values)),
      executeUnprepared: (sql, values) => use(sql, (connection) => connection.executeUnprepared(sql, values)),
      executeRaw: (sql, values) => use(sql, (connection) => connection.executeRaw(sql, values)),
      executeValues: (sql, values) => use(sql, (connection) => connection.executeValues(sql, values)),
      executeStream: () => Stream.dieMessage("statements are not streamed, as each is bounded in rows")
    }

    return {
      take,
      give,
      reserve: Effect.uninterruptibleMask((restore) =>
        Effect.tap(take(restore), (connection) => Effect.addFinalizer(() => give(connection)))
      ),
      alone,
      figures: () => ({
        used: pool.totalCount - pool.idleCount,
        idle: pool.idleCount,
        waiting: pool.waitingCount
      })
    } satisfies Pool
  })

/** The error of the pool after its timeout, for which a message is the only mark. */
const isTimeout = (error: Error | undefined): boolean => error?.message === "timeout exceeded when trying to connect"
