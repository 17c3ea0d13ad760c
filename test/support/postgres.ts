import type { SqlClient } from "@effect/sql"
import { describe } from "@effect/vitest"
import { Effect, Layer, Logger, type Scope } from "effect"
import { randomUUID } from "node:crypto"
import { Client } from "pg"
import { inject } from "vitest"
import { ask, template } from "../../scripts/harness/postgresClient.ts"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import { parseDatabaseUrl, type PostgresUrl } from "../../src/domain/DatabaseUrl.ts"
import * as PostgresDatabase from "../../src/platform/sql/postgres/PostgresDatabase.ts"

const server = inject("postgres")

/** True if a PostgreSQL server runs beside the tests. */
export const hasPostgres = server !== ""

/** Describes tests that need a PostgreSQL server, and skips them where there is none. */
export const describePostgres = hasPostgres ? describe : describe.skip

/** Returns the URL of another database on the server. */
export const urlOf = (database: string): string => {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** Makes the place of a database as the setting does. */
export const placeOf = (url: string): PostgresUrl => {
  const place = parseDatabaseUrl(url)
  if (place?.dialect !== "postgres") throw new Error(`not a PostgreSQL URL: ${url}`)
  return place
}

const named = () => `test_${randomUUID().replaceAll("-", "")}`

const made = (create: (name: string) => string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.suspend(() => {
        const name = named()
        return Effect.as(ask(server, create(name)), name)
      }),
      (name) => ask(server, `DROP DATABASE ${name} WITH (FORCE)`)
    ),
    urlOf
  )

/** Makes an empty database until the scope closes; returns its URL. */
export const empty = made((name) => `CREATE DATABASE ${name}`)

/** Makes the migrated database that others are copied from, once for all processes of the tests. */
const prepared = Effect.runSync(Effect.cached(Effect.scoped(Effect.gen(function*() {
  const lock = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const client = new Client(server)
      await client.connect()
      await client.query("SELECT pg_advisory_lock(1)")
      return client
    }),
    (client) => Effect.promise(() => client.end())
  )
  const found = yield* Effect.promise(() => lock.query(`SELECT 1 FROM pg_database WHERE datname = '${template}'`))
  if (found.rows.length > 0) return
  yield* ask(server, `CREATE DATABASE ${template}_new`)
  yield* Effect.scoped(Layer.build(layerOf(urlOf(`${template}_new`))))
  yield* ask(server, `ALTER DATABASE ${template}_new RENAME TO ${template}`)
}))))

/** Makes a migrated database until the scope closes; returns its URL. */
export const migrated = Effect.zipRight(prepared, made((name) => `CREATE DATABASE ${name} TEMPLATE ${template}`))

/** The product's database at a URL. */
export const layerOf = (url: string, settings: Partial<Values> = {}) =>
  Layer.orDie(
    PostgresDatabase.layerOf(placeOf(url)).pipe(
      Layer.provide([AppConfig.layerWith(settings), Logger.remove(Logger.defaultLogger)])
    )
  )

/** A migrated, empty database of its own. */
export const layer = Layer.unwrapScoped(Effect.map(migrated, (url) => layerOf(url)))

/** Waits until a session of the database waits for a lock. */
export const untilBlocked = (sql: SqlClient.SqlClient) =>
  Effect.asVoid(Effect.repeat(
    sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    { until: (blocked) => blocked.length > 0 }
  ))

/** Locks a table by a session of its own, so that nobody reads it, until the scope closes. */
export const locked = (url: string, table: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const client = new Client(url)
      await client.connect()
      await client.query(`BEGIN; LOCK TABLE ${table}`)
      return client
    }),
    (client) => Effect.promise(() => client.end())
  )

/** Ends all sessions of a database, as a restart of the server does. */
export const endSessions = (url: string) =>
  ask(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`
  )
