import { expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber } from "effect"
import { Database } from "../../../../src/platform/sql/Database.ts"
import { isPassing, unavailable } from "../../../../src/platform/sql/DatabaseUnavailable.ts"
import { describePostgres, endSessions, layer, layerOf, migrated } from "../../../support/postgres.ts"

const live = <A, E>(effect: Effect.Effect<A, E, Database>) => Effect.provide(effect, layer)

/** Waits until a session of the database runs a statement, or none does. */
const untilSleeping = (isSleeping: boolean) =>
  Effect.flatMap(Database, ({ reader }) =>
    Effect.repeat(
      reader`
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
          AND query LIKE 'SELECT pg_sleep%'`,
      { until: (rows) => rows.length > 0 === isSleeping }
    ))

describePostgres("a statement on PostgreSQL", () => {
  it.live("reads whole numbers as numbers, and those beyond 2^53 as text", () =>
    Effect.gen(function*() {
      const { reader: sql } = yield* Database
      const [row] = yield* sql`
        SELECT 9007199254740991::int8 AS exact, 9007199254740993::int8 AS beyond, COUNT(*) AS counted,
          SUM(2::int8) AS summed, 0.5::numeric AS half`
      expect(row).toEqual({
        exact: 9_007_199_254_740_991,
        beyond: "9007199254740993",
        counted: 1,
        summed: 2,
        half: "0.5"
      })
    }).pipe(live))

  it.scopedLive("has times in UTC, whatever the URL says, and keeps the URL's other options", () =>
    Effect.gen(function*() {
      const url = new URL(yield* migrated)
      url.searchParams.set("options", "-c timezone=Asia/Tokyo -c work_mem=12345kB")
      yield* Effect.gen(function*() {
        const { reader: sql } = yield* Database
        expect(
          yield* sql`SELECT current_setting('timezone') AS zone, current_setting('work_mem') AS memory,
          current_setting('tcp_keepalives_idle') AS silence`
        )
          .toEqual([{ zone: "UTC", memory: "12345kB", silence: "10" }])
      }).pipe(Effect.provide(layerOf(url.href)))
    }))

  it.live("with parameters is prepared once a session", () =>
    Effect.gen(function*() {
      const { transaction, writer: sql } = yield* Database
      const ask = (n: number) => sql`SELECT ${n}::int8 AS prepared_once`
      const prepared = yield* transaction(Effect.zipRight(
        Effect.all([ask(1), ask(2), ask(3)], { concurrency: 1 }),
        sql`SELECT COUNT(*) AS n FROM pg_prepared_statements WHERE statement LIKE '%prepared_once%'`
      ))
      expect(prepared).toEqual([{ n: 1 }])
    }).pipe(live))

  it.live("gives bytes and lists as they are", () =>
    Effect.gen(function*() {
      const { reader: sql } = yield* Database
      const [row] = yield* sql`SELECT ${new Uint8Array([0, 255])}::bytea AS bytes, ${["a", "b,c"]}::text[] AS list`
      expect(row).toEqual({ bytes: Buffer.from([0, 255]), list: ["a", "b,c"] })
    }).pipe(live))

  it.live("that is interrupted is cancelled, and the next one on its connection is not", () =>
    Effect.gen(function*() {
      const { reader: sql } = yield* Database
      for (let round = 0; round < 20; round++) {
        const asleep = yield* Effect.fork(sql`SELECT pg_sleep(${60})`)
        yield* untilSleeping(true)
        yield* Fiber.interrupt(asleep)
        // the connection that was given back last is taken first
        expect(yield* sql`SELECT ${round}::int8 AS n`).toEqual([{ n: round }])
      }
      yield* untilSleeping(false)
    }).pipe(live))

  it.live("that is interrupted while it waits for another one of its transaction cancels nobody", () =>
    Effect.gen(function*() {
      const { transaction, writer: sql } = yield* Database
      const answered = yield* transaction(Effect.gen(function*() {
        const first = yield* Effect.fork(sql`SELECT pg_sleep(${0.2})::text AS slept`)
        yield* Effect.yieldNow()
        const second = yield* Effect.fork(sql`SELECT 2`)
        yield* Effect.yieldNow()
        yield* Fiber.interrupt(second)
        return yield* Fiber.join(first)
      }))
      expect(answered).toEqual([{ slept: "" }])
    }).pipe(live))

  it.scopedLive("goes on after the server closed its idle connection", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      yield* Effect.gen(function*() {
        const { reader: sql } = yield* Database
        yield* sql`SELECT 1`
        yield* endSessions(url)
        // the driver may not have read the news yet, which is a passing state
        expect(yield* Effect.retry(sql`SELECT 1 AS n`, { while: isPassing, times: 20 })).toEqual([{ n: 1 }])
      }).pipe(Effect.provide(layerOf(url)))
    }))

  it.live("that waits for a lock for too long is a passing state", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      yield* Effect.gen(function*() {
        const { transaction, writer: sql } = yield* Database
        const locked = yield* Deferred.make<void>()
        const holder = yield* Effect.fork(
          transaction(Effect.all([
            sql`LOCK TABLE users IN EXCLUSIVE MODE`,
            Deferred.succeed(locked, undefined),
            Effect.never
          ], { concurrency: 1 }))
        )
        yield* Deferred.await(locked)
        const error = yield* Effect.flip(sql`INSERT INTO users (name, email, email_key) VALUES ('a', 'a', 'a')`)
        expect(unavailable(error)).toMatchObject({ reason: "busy" })
        yield* Fiber.interrupt(holder)
      }).pipe(Effect.provide(layerOf(url, { databaseLockTimeout: Duration.millis(20) })))
    }).pipe(Effect.scoped))
})
