import { expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber } from "effect"
import { ask } from "../../../../scripts/harness/postgresClient.ts"
import { Database } from "../../../../src/platform/sql/Database.ts"
import { isPassing, unavailable } from "../../../../src/platform/sql/DatabaseUnavailable.ts"
import { Contact } from "../../../../src/platform/sql/postgres/Contact.ts"
import * as Pool from "../../../../src/platform/sql/postgres/Pool.ts"
import { insert, names } from "../../../support/names.ts"
import { describePostgres, layerOf, migrated, placeOf } from "../../../support/postgres.ts"
import * as Proxy from "../../../support/postgresProxy.ts"
import { turns } from "../../../support/turn.ts"

const limits = {
  connections: 2,
  connectTimeout: Duration.seconds(5),
  lockTimeout: Duration.seconds(2),
  statementTimeout: Duration.seconds(15),
  answerTimeout: Duration.seconds(20),
  idleTimeout: Duration.seconds(30)
}

/** Waits for a connection that nobody interrupts. */
const take = (pool: Pool.Pool) => pool.take((effect) => effect)

const nameOf = (url: string) => new URL(url).pathname.slice(1)

describePostgres("PostgreSQL in a bad state", () => {
  it.scopedLive("that is cut off fails statements after their time, and is used again once it is back", () =>
    Effect.gen(function*() {
      const proxy = yield* Proxy.make(yield* migrated)
      const pool = yield* Pool.make(
        placeOf(proxy.url),
        { ...limits, answerTimeout: Duration.millis(100) },
        new Contact()
      )
      yield* pool.alone.execute("SELECT 1", [], undefined)
      proxy.decide(() => "keep")
      const error = yield* Effect.flip(pool.alone.execute("SELECT 2", [], undefined))
      expect(unavailable(error)).toMatchObject({ reason: "failing" })
      proxy.decide(() => "pass")
      expect(yield* pool.alone.execute("SELECT 3 AS n", [], undefined)).toEqual([{ n: 3 }])
    }))

  it.scopedLive("that is cut off keeps no interrupted statement for long", () =>
    Effect.gen(function*() {
      const proxy = yield* Proxy.make(yield* migrated)
      const pool = yield* Pool.make(placeOf(proxy.url), limits, new Contact())
      yield* pool.alone.execute("SELECT 1", [], undefined)
      const sent = yield* Deferred.make<void>()
      proxy.decide(() => {
        Deferred.unsafeDone(sent, Effect.void)
        return "keep"
      })
      const asking = yield* Effect.fork(pool.alone.execute("SELECT 2", [], undefined))
      yield* Deferred.await(sent)
      yield* Fiber.interrupt(asking)
      expect(pool.figures()).toMatchObject({ used: 0 })
    }))

  it.scopedLive("gives a connection to nobody before the answer to its cancelled statement has come", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const proxy = yield* Proxy.make(url)
      const pool = yield* Pool.make(placeOf(proxy.url), limits, new Contact())
      const sleeping = ask(
        url,
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
         AND query LIKE '%sleep(60)%' AND pid <> pg_backend_pid()`
      )
      const asking = yield* Effect.fork(pool.alone.execute("SELECT pg_sleep(60)", [], undefined))
      yield* Effect.repeat(sleeping, { until: (rows) => rows.length > 0 })
      proxy.hold()
      const leaving = yield* Effect.fork(Fiber.interrupt(asking))
      yield* Effect.repeat(sleeping, { until: (rows) => rows.length === 0 })
      yield* turns(20)
      expect(pool.figures()).toMatchObject({ used: 1 })
      proxy.letGo()
      yield* Fiber.join(leaving)
      expect(pool.figures()).toMatchObject({ used: 0, idle: 1 })
    }))

  it.scopedLive("without a free connection is a passing state, and a waiter that leaves takes none", () =>
    Effect.gen(function*() {
      const pool = yield* Pool.make(
        placeOf(yield* migrated),
        { ...limits, connectTimeout: Duration.seconds(1) },
        new Contact()
      )
      // the timeout is that of a new connection too, which a busy machine may not make in time
      const held = [yield* Effect.eventually(take(pool)), yield* Effect.eventually(take(pool))] as const
      expect(unavailable(yield* Effect.flip(take(pool)))).toMatchObject({ reason: "crowded" })
      const waiter = yield* Effect.fork(Effect.uninterruptibleMask((restore) => pool.take(restore)))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(waiter)
      yield* Effect.forEach(held, pool.give, { concurrency: 1 })
      expect(yield* Effect.repeat(Effect.sync(pool.figures), { until: ({ waiting }) => waiting === 0 })).toEqual({
        used: 0,
        idle: 2,
        waiting: 0
      })
    }))

  it.scopedLive("that is read-only or missing says so, and recovers without a restart", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const server = new URL(url)
      server.pathname = "/postgres"
      const database = nameOf(url)
      yield* Effect.gen(function*() {
        const states = [
          [
            "readonly",
            `ALTER DATABASE ${database} SET default_transaction_read_only = on`,
            `ALTER DATABASE ${database} RESET default_transaction_read_only`
          ],
          [
            "refused",
            `ALTER DATABASE ${database} RENAME TO ${database}_away`,
            `ALTER DATABASE ${database}_away RENAME TO ${database}`
          ]
        ] as const
        const sessions = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`
        for (const [reason, begin, end] of states) {
          // a database with a session cannot be renamed
          yield* Effect.retry(Effect.sandbox(ask(server.href, sessions, begin, sessions)), { times: 100 })
          const error = yield* Effect.repeat(Effect.flip(insert("lost")), {
            until: (error) => unavailable(error)?.reason === reason
          })
          expect(isPassing(error)).toBe(true)
          yield* ask(server.href, end)
          yield* Effect.retry(insert(reason), { while: isPassing })
        }
        expect(yield* names).toEqual(["readonly", "refused"])
      }).pipe(Effect.provide(layerOf(url)))
    }))

  it.scopedLive("that was restarted under load answers everything again", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      yield* Effect.gen(function*() {
        const { connections } = yield* Database
        const name = (n: number) => Effect.either(insert(`name ${n}`))
        for (let round = 0; round < 3; round++) {
          const writing = yield* Effect.fork(
            Effect.forEach(Array.from({ length: 50 }, (_, n) => 50 * round + n), name, { concurrency: 25 })
          )
          yield* Effect.yieldNow()
          yield* ask(
            url,
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${
              nameOf(url)
            }' AND pid <> pg_backend_pid()`
          )
          const ended = yield* Fiber.join(writing)
          expect(ended.flatMap((one) => one._tag === "Left" && !isPassing(one.left) ? [one.left] : [])).toEqual([])
        }
        yield* Effect.retry(insert("last"), { while: isPassing })
        expect((yield* names).at(-1)).toBe("last")
        expect(connections?.()).toMatchObject({ used: 0, waiting: 0 })
      }).pipe(Effect.provide(layerOf(url)))
    }))
})
