import type { SqlClient, SqlError } from "@effect/sql"
import { Data, Effect, Schema } from "effect"
import { JobId } from "../Job.ts"

/**
 * A run as one server has started it. Each start, after a crash or on another server, is the run's next claim. On
 * SQLite there is one server, and claims are not counted.
 */
export const Claim = Schema.Struct({ id: JobId, run: Schema.Int, claim: Schema.Int })
export type Claim = typeof Claim.Type

/** Another server has started the run, so that this one must change nothing more. */
export class LostClaim extends Data.TaggedError("LostClaim") {}

export const isLostClaim = (error: unknown): error is LostClaim => error instanceof LostClaim

/** The part of a start that makes the next claim, and its number among the returned columns. */
export const claiming = (sql: SqlClient.SqlClient) =>
  sql.onDialectOrElse({
    pg: () => ({ set: sql.literal(", claim = claim + 1"), claim: sql.literal("claim") }),
    orElse: () => ({ set: sql.literal(""), claim: sql.literal("0 AS claim") })
  })

/**
 * Fails if another server has started the run. Locks the job until the caller's transaction ends, so that no server
 * starts the run meanwhile, and attempts are numbered one at a time.
 */
export const checkClaim = (
  sql: SqlClient.SqlClient
): (claim: Claim) => Effect.Effect<void, LostClaim | SqlError.SqlError> =>
  sql.onDialectOrElse({
    pg: () => ({ claim, id, run }: Claim) =>
      Effect.flatMap(
        sql`SELECT 1 FROM jobs WHERE id = ${id} AND run = ${run} AND claim = ${claim} FOR NO KEY UPDATE`,
        (held) => held.length > 0 ? Effect.void : new LostClaim()
      ),
    orElse: () => () => Effect.void
  })
