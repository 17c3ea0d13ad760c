import { Migrator, SqlClient } from "@effect/sql"
import { Effect } from "effect"
import users from "./migrations/0001_users.ts"
import ledger from "./migrations/0002_ledger.ts"
import uploads from "./migrations/0003_uploads.ts"
import jobs from "./migrations/0004_jobs.ts"
import outbox from "./migrations/0005_outbox.ts"
import idempotencyKeys from "./migrations/0006_idempotency_keys.ts"
import registrations from "./migrations/0007_registrations.ts"
import ledgerSums from "./migrations/0008_ledger_sums.ts"
import jobFailures from "./migrations/0009_job_failures.ts"
import servers from "./migrations/0010_servers.ts"

/** All versions of the schema, oldest first. A released version is never edited; a change is a new version. */
const migrations: ReadonlyArray<Migrator.ResolvedMigration> = [
  [1, "users", Effect.succeed(users)],
  [2, "ledger", Effect.succeed(ledger)],
  [3, "uploads", Effect.succeed(uploads)],
  [4, "jobs", Effect.succeed(jobs)],
  [5, "outbox", Effect.succeed(outbox)],
  [6, "idempotency_keys", Effect.succeed(idempotencyKeys)],
  [7, "registrations", Effect.succeed(registrations)],
  [8, "ledger_sums", Effect.succeed(ledgerSums)],
  [9, "job_failures", Effect.succeed(jobFailures)],
  [10, "servers", Effect.succeed(servers)]
]

/** Version of the schema that this build knows. */
export const newestMigration = migrations.length

/** Migrates the schema to the newest version, in one transaction; does nothing if the schema is up to date. */
export const migrate = Migrator.make({})({ loader: Effect.succeed(migrations) })

/** Reads the version of a database's schema; 0 for a new database. */
export const currentMigration = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) =>
    Effect.gen(function*() {
      const tables = yield* sql`SELECT name FROM sqlite_master WHERE name = 'effect_sql_migrations'`
      if (tables.length === 0) return 0
      const [row] = yield* sql<{ readonly newest: number | null }>`
        SELECT MAX(migration_id) AS newest FROM effect_sql_migrations`
      return row?.newest ?? 0
    })
)
