import type { SqlError } from "@effect/sql"
import { type Duration, Effect, Redacted, type Scope } from "effect"
import type { PostgresUrl } from "../../../domain/DatabaseUrl.ts"
import { causeOf, failed } from "./Answers.ts"
import { driver } from "./driver.ts"
import { PgConnection } from "./PgConnection.ts"
import { patientSessionOf } from "./sessionSettings.ts"

/** Opens a session outside of the pool until the scope closes, for a lock or for listening. */
export type OpenSession = (
  answerTimeout: Duration.Duration
) => Effect.Effect<PgConnection, SqlError.SqlError, Scope.Scope>

export const opening = (url: PostgresUrl, connectTimeout: Duration.Duration): OpenSession => (answerTimeout) =>
  Effect.acquireRelease(
    Effect.async<PgConnection, SqlError.SqlError>((resume) => {
      const client = new (driver().Client)(patientSessionOf(Redacted.value(url.url), connectTimeout))
      const connection = new PgConnection(client, answerTimeout)
      client.connect((error: Error | null) =>
        resume(error === null || error === undefined ? Effect.succeed(connection) : Effect.fail(failed(causeOf(error))))
      )
    }),
    // The server ends a session whose socket is closed, and frees its locks.
    (connection) => Effect.sync(() => connection.destroy(new Error("the session is over")))
  )
