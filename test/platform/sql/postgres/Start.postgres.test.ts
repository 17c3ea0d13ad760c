import { expect, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer } from "effect"
import { ask } from "../../../../scripts/harness/postgresClient.ts"
import { AppConfig } from "../../../../src/AppConfig.ts"
import { Database } from "../../../../src/platform/sql/Database.ts"
import { newestMigration } from "../../../../src/platform/sql/postgres/Migrations.ts"
import * as PostgresDatabase from "../../../../src/platform/sql/postgres/PostgresDatabase.ts"
import { describePostgres, empty, layerOf, migrated, placeOf } from "../../../support/postgres.ts"

/** Returns why a start on a URL is refused. */
const refusal = (url: string) =>
  Effect.map(
    Effect.exit(Effect.scoped(Layer.build(
      PostgresDatabase.layerOf(placeOf(url)).pipe(Layer.provide(AppConfig.layerWith({})))
    ))),
    Exit.match({ onFailure: Cause.pretty, onSuccess: () => "it started" })
  )

const changed = (url: string, change: Partial<Pick<URL, "username" | "password" | "pathname" | "port">>) =>
  Object.assign(new URL(url), change).href

describePostgres("a start on PostgreSQL", () => {
  it.scopedLive("migrates an empty database once, however many servers start at once", () =>
    Effect.gen(function*() {
      const url = yield* empty
      const found = yield* Effect.all(
        Array.from({ length: 4 }, () =>
          Effect.provide(
            Effect.flatMap(Database, ({ reader }) => reader`SELECT COUNT(*) AS users FROM users`),
            layerOf(url)
          )),
        { concurrency: "unbounded" }
      )
      expect(found).toEqual(Array.from({ length: 4 }, () => [{ users: 0 }]))
      expect(yield* ask(url, "SELECT migration_id FROM effect_sql_migrations ORDER BY migration_id")).toEqual(
        Array.from({ length: newestMigration }, (_, index) => ({ migration_id: index + 1 }))
      )
    }))

  it.scopedLive("is refused in one line without the password, by the reason", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const secret = { username: "stranger", password: "geheim%40" }
      const reasons = [
        [changed(url, secret), /role "stranger" does not exist/],
        [changed(url, { pathname: "/no_such_database" }), /database "no_such_database" does not exist/],
        [changed(url, { ...secret, port: "1" }), /ECONNREFUSED/]
      ] as const
      for (const [bad, reason] of reasons) {
        const said = yield* refusal(bad)
        expect(said).toMatch(/DATABASE_URL: PostgreSQL's ".*" cannot be used/)
        expect(said).toMatch(reason)
        expect(said).not.toMatch(/geheim/)
      }
    }))

  it.scopedLive("is refused on the database of a newer build, and on one that is read-only before it is migrated", () =>
    Effect.gen(function*() {
      const newer = yield* migrated
      yield* ask(newer, "INSERT INTO effect_sql_migrations (migration_id, name) VALUES (99, 'later')")
      expect(yield* refusal(newer)).toContain(
        `it has migration 99, this build knows ${newestMigration}: run the newer build`
      )
      const standby = yield* empty
      yield* ask(standby, `ALTER DATABASE ${new URL(standby).pathname.slice(1)} SET default_transaction_read_only = on`)
      expect(yield* refusal(standby)).toMatch(/read-only transaction/)
    }))

  it.scopedLive("does what must be done once under one lock, which a server that ends gives up", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      let running = 0
      let most = 0
      const work = Effect.gen(function*() {
        most = Math.max(most, ++running)
        yield* Effect.sleep("20 millis")
        running--
      })
      const once = Effect.provide(Effect.flatMap(Database, ({ exclusively }) => exclusively(work)), layerOf(url))
      yield* Effect.all([once, once, Effect.timeout(once, "1 minute")], { concurrency: "unbounded" })
      expect(most).toBe(1)
    }))
})

describePostgres("the ledger on PostgreSQL", () => {
  it.scopedLive("refuses to be rewritten, emptied or cut off", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      yield* ask(
        url,
        "INSERT INTO accounts VALUES (0, 0)",
        "INSERT INTO ledger_transactions (kind, created_at) VALUES ('deposit', 0)",
        "INSERT INTO ledger_entries (transaction_id, account_id, counterpart_id, amount_cents, balance_cents) VALUES (1, 0, 0, 1, 1)"
      )
      for (const table of ["ledger_entries", "ledger_transactions"]) {
        for (const change of [`UPDATE ${table} SET id = 9`, `DELETE FROM ${table}`, `TRUNCATE ${table} CASCADE`]) {
          const refused = yield* Effect.exit(ask(url, change))
          expect([change, Exit.match(refused, { onFailure: Cause.pretty, onSuccess: () => "done" })]).toEqual([
            change,
            expect.stringMatching(/the ledger is append-only/)
          ])
        }
      }
    }))
})
