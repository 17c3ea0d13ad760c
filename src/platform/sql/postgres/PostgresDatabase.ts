import { Reactivity } from "@effect/experimental"
import { SqlClient } from "@effect/sql"
import { ConfigError, Context, Duration, Effect, Exit, Layer, Scope } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import type { PostgresUrl } from "../../../domain/DatabaseUrl.ts"
import * as Client from "../Client.ts"
import { Database } from "../Database.ts"
import * as DatabaseCounters from "../DatabaseCounters.ts"
import { Notifications } from "../Notifications.ts"
import { newServerName } from "../serverName.ts"
import { SharedPermits } from "../SharedPermits.ts"
import { Contact } from "./Contact.ts"
import { dialect } from "./dialect.ts"
import { currentMigration, migrate, newestMigration } from "./Migrations.ts"
import * as Notifier from "./Notifier.ts"
import * as PermitLocks from "./PermitLocks.ts"
import * as Pool from "./Pool.ts"
import { opening, type OpenSession } from "./Session.ts"
import * as Transactions from "./Transactions.ts"

/** Limits of one server's connections. */
const limits = {
  /** The server's own limit is 100 by default, and several servers share it. */
  connections: 16,
  connectTimeout: Duration.seconds(5),
  /** Every statement is bounded in rows. */
  statementTimeout: Duration.seconds(15),
  /** Longer than a statement may take, for an answer that never comes. */
  answerTimeout: Duration.seconds(20),
  /** Shorter than the locks of jobs, so that a takeover finds no row locked by a server that is frozen or cut off. */
  idleTimeout: Duration.seconds(5)
}

/** The oldest major version that the tests run on. */
const oldestVersion = 15

/** Difference of the clocks beyond which due times and expiries would be wrong. */
const mostClockDifference = Duration.seconds(5)

/** Number of the advisory lock of starts, in Barista's mark ("BARI"). */
const startLock = 1_111_577_161

/** Reports a database that cannot be used, without its password. */
const unusable = (url: PostgresUrl) => (reason: string) =>
  Effect.fail(ConfigError.InvalidData([], `DATABASE_URL: PostgreSQL's "${url.shown}" cannot be used (${reason})`))

/** Runs an effect under the lock of starts, which the server frees if this process or its connection ends. */
const underLock = (open: OpenSession): Context.Tag.Service<Database>["exclusively"] => (effect) =>
  Effect.acquireUseRelease(
    Scope.make(),
    (scope) =>
      Effect.flatMap(
        Scope.extend(open(Duration.infinity), scope),
        (session) => Effect.zipRight(session.command(`SELECT pg_advisory_lock(${startLock})`), effect)
      ),
    (scope) => Scope.close(scope, Exit.void)
  )

/** Refuses a server that is too old, or whose clock differs. */
const check = Effect.fnUntraced(function*(sql: SqlClient.SqlClient) {
  const [found] = yield* sql<{ readonly version: number; readonly now: number }>`
    SELECT current_setting('server_version_num')::int / 10000 AS version,
      (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`
  const own = performance.timeOrigin + performance.now()
  if (found === undefined || found.version < oldestVersion) {
    return yield* Effect.fail({ message: `version ${found?.version}, at least ${oldestVersion} is needed` })
  }
  const apart = Duration.millis(Math.abs(own - found.now))
  if (Duration.greaterThan(apart, mostClockDifference)) {
    return yield* Effect.fail({ message: `its clock and this machine's are ${Duration.format(apart)} apart` })
  }
})

const migrateOnce = Effect.gen(function*() {
  const found = yield* currentMigration
  if (found > newestMigration) {
    return yield* Effect.fail({
      message: `it has migration ${found}, this build knows ${newestMigration}: run the newer build`
    })
  }
  yield* migrate
})

const make = (url: PostgresUrl) =>
  Effect.gen(function*() {
    const { databaseLockTimeout: lockTimeout } = yield* AppConfig
    const counters = DatabaseCounters.make()
    const contact = new Contact()
    const pool = yield* Pool.make(url, { ...limits, lockTimeout }, contact)
    const { snapshot, statement, transaction } = Transactions.make(pool, lockTimeout, counters)
    const client = yield* Client.make({
      dialect,
      connection: pool.alone,
      statement,
      reserve: pool.reserve,
      transaction
    })
    const open = opening(url, limits.connectTimeout)
    const exclusively = underLock(open)
    yield* Effect.zipRight(check(client), exclusively(Effect.provideService(migrateOnce, SqlClient.SqlClient, client)))
      .pipe(Effect.catchAll(({ message }: { readonly message: string }) => unusable(url)(message)))
    const database = Database.of({
      reader: client,
      readConcurrency: limits.connections,
      writer: client,
      transaction,
      snapshot,
      exclusively,
      counters,
      server: yield* newServerName,
      connections: pool.figures,
      isPrompt: () => contact.state === "prompt"
    })
    return Context.make(Database, database).pipe(
      Context.add(Notifications, yield* Notifier.make(open, client, contact)),
      Context.add(SharedPermits, { of: PermitLocks.make(open) })
    )
  })

/** A PostgreSQL database, migrated before use, that any number of servers share. */
export const layerOf = (url: PostgresUrl) => Layer.scopedContext(make(url)).pipe(Layer.provide(Reactivity.layer))
