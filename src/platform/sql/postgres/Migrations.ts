import { Migrator, SqlClient } from "@effect/sql"
import { Effect } from "effect"
import schema from "./migrations/0001_schema.ts"
import files from "./migrations/0002_files.ts"
import chat from "./migrations/0003_chat.ts"
import servers from "./migrations/0004_servers.ts"

/**
 * All versions of the schema, oldest first. Their numbers are PostgreSQL's own; the first is SQLite's ninth. A released
 * version is never edited; a change is a new version.
 */
const migrations: ReadonlyArray<Migrator.ResolvedMigration> = [
  [1, "schema", Effect.succeed(schema)],
  [2, "files", Effect.succeed(files)],
  [3, "chat", Effect.succeed(chat)],
  [4, "servers", Effect.succeed(servers)]
]

/** Version of the schema that this build knows. */
export const newestMigration = migrations.length

/** Migrates the schema to the newest version, in one transaction; does nothing if the schema is up to date. */
export const migrate = Migrator.make({})({ loader: Effect.succeed(migrations) })

/** Reads the version of a database's schema; 0 for a new database. */
export const currentMigration = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [table] = yield* sql<{ readonly found: boolean }>`
    SELECT to_regclass('effect_sql_migrations') IS NOT NULL AS found`
  if (table?.found !== true) return 0
  const [row] = yield* sql<{ readonly newest: number | null }>`
    SELECT MAX(migration_id) AS newest FROM effect_sql_migrations`
  return row?.newest ?? 0
})
