import { expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber } from "effect"
import { Database } from "../../../../src/platform/sql/Database.ts"
import { unavailable } from "../../../../src/platform/sql/DatabaseUnavailable.ts"
import { failureOf } from "../../../support/exits.ts"
import { insert, names } from "../../../support/names.ts"
import { describePostgres, endSessions, layer, layerOf, migrated } from "../../../support/postgres.ts"
import * as Proxy from "../../../support/postgresProxy.ts"

const live = <A, E>(effect: Effect.Effect<A, E, Database>) => Effect.provide(effect, layer)

/** Sets a name's address. */
const change = (name: string, email: string) =>
  Effect.flatMap(Database, ({ writer }) => writer`UPDATE users SET email = ${email} WHERE name = ${name}`)

describePostgres("a transaction on PostgreSQL", () => {
  it.live("fails if a failure of one of its statements was ignored, as the server commits nothing then", () =>
    Effect.gen(function*() {
      const { transaction, writer: sql } = yield* Database
      const exit = yield* Effect.exit(
        transaction(Effect.zipRight(insert("a"), Effect.ignore(sql`SELECT no_such_column`)))
      )
      expect(failureOf(exit)).toMatchObject({ cause: { _tag: "NotCommitted" } })
      expect(yield* names).toEqual([])
    }).pipe(live))

  it.live("whose commit fails is a failure, and changes nothing", () =>
    Effect.gen(function*() {
      const { transaction, writer: sql } = yield* Database
      yield* sql`
        ALTER TABLE posts ALTER CONSTRAINT posts_user_id_fkey DEFERRABLE INITIALLY DEFERRED`
      const exit = yield* Effect.exit(transaction(
        Effect.zipRight(insert("a"), sql`INSERT INTO posts (user_id, title, content) VALUES (99, 't', 'c')`)
      ))
      expect(Exit.isFailure(exit) && exit.cause._tag).toBe("Fail")
      expect(failureOf(exit)).toMatchObject({ cause: { code: "23503" } })
      expect(yield* names).toEqual([])
      yield* transaction(insert("b"))
      expect(yield* names).toEqual(["b"])
    }).pipe(live))

  it.live("nested in another one undoes itself alone", () =>
    Effect.gen(function*() {
      const { transaction, writer: sql } = yield* Database
      yield* transaction(Effect.gen(function*() {
        yield* insert("a")
        yield* Effect.ignore(transaction(Effect.zipRight(insert("b"), sql`SELECT no_such_column`)))
        yield* Effect.ignore(transaction(Effect.zipRight(insert("c"), Effect.fail("refused"))))
        yield* Effect.all([transaction(insert("d")), transaction(insert("e"))], { concurrency: 2 })
      }))
      expect(yield* names).toEqual(["a", "d", "e"])
    }).pipe(live))

  it.live("that is interrupted is rolled back, and leaves a clean connection", () =>
    Effect.gen(function*() {
      const { transaction, writer: sql } = yield* Database
      for (const wait of [Effect.never, sql`SELECT pg_sleep(${60})`]) {
        const reached = yield* Deferred.make<void>()
        const fiber = yield* Effect.fork(transaction(
          Effect.all([insert("a"), Deferred.succeed(reached, undefined), wait], { concurrency: 1 })
        ))
        yield* Deferred.await(reached)
        yield* Fiber.interrupt(fiber)
        expect(yield* names).toEqual([])
      }
      const [open] = yield* sql`
        SELECT COUNT(*) AS n FROM pg_stat_activity
        WHERE datname = current_database() AND state LIKE 'idle in transaction%'`
      expect(open).toEqual({ n: 0 })
    }).pipe(live))

  it.live("does not reach a fiber that has outlived it", () =>
    Effect.gen(function*() {
      const { transaction } = yield* Database
      const over = yield* Deferred.make<void>()
      const late = yield* transaction(
        Effect.forkDaemon(Effect.zipRight(Deferred.await(over), transaction(insert("late"))))
      )
      const reached = yield* Deferred.make<void>()
      // has the same connection
      const other = yield* Effect.fork(transaction(
        Effect.all([insert("other"), Deferred.succeed(reached, undefined), Effect.never], { concurrency: 1 })
      ))
      yield* Deferred.await(reached)
      yield* Deferred.succeed(over, undefined)
      yield* Fiber.join(late)
      yield* Fiber.interrupt(other)
      expect(yield* names).toEqual(["late"])
    }).pipe(live))

  it.live("is repeated after a deadlock, so both sides succeed", () =>
    Effect.gen(function*() {
      const { counters, transaction } = yield* Database
      yield* Effect.all([insert("a"), insert("b")], { concurrency: 1 })
      const [first, second] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const opposed = (one: string, other: string, own: Deferred.Deferred<void>, its: Deferred.Deferred<void>) =>
        transaction(Effect.all([
          change(one, `${one} by ${one}`),
          Deferred.succeed(own, undefined),
          Deferred.await(its),
          change(other, `${other} by ${one}`)
        ], { concurrency: 1 }))
      yield* Effect.all([opposed("a", "b", first, second), opposed("b", "a", second, first)], { concurrency: 2 })
      expect(counters.lockRetries).toBe(1)
    }).pipe(live))

  it.scopedLive("whose connection the server ends is a passing state that changed nothing", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      yield* Effect.gen(function*() {
        const { transaction } = yield* Database
        const error = yield* Effect.flip(
          transaction(Effect.all([insert("a"), endSessions(url), insert("b")], { concurrency: 1 }))
        )
        expect(["restarting", "failing"]).toContain(unavailable(error)?.reason)
        yield* transaction(insert("c"))
        expect(yield* names).toEqual(["c"])
      }).pipe(Effect.provide(layerOf(url)))
    }))

  it.scopedLive("whose connection is lost at its commit has an unknown outcome, and is not repeated", () =>
    Effect.gen(function*() {
      const proxy = yield* Proxy.make(yield* migrated)
      yield* Effect.gen(function*() {
        const { transaction } = yield* Database
        proxy.decide((sent) => sent.includes("COMMIT") ? "lose the answer" : "pass")
        const problem = unavailable(yield* Effect.flip(transaction(insert("a"))))
        expect(problem).toMatchObject({ reason: "unknown" })
        expect(problem?.problem.detail.en).toBe(
          "The database was lost before it confirmed the change; the change may have been made."
        )
        // so has a change of a single statement
        proxy.decide((sent) => sent.includes("INSERT") || sent.includes("barista_") ? "lose the answer" : "pass")
        expect(unavailable(yield* Effect.flip(insert("b")))).toMatchObject({ reason: "unknown" })
        proxy.decide(() => "pass")
        expect(yield* names).toEqual(["a", "b"])
      }).pipe(Effect.provide(layerOf(proxy.url)))
    }))

  it.live("of reads sees one state, and may change nothing", () =>
    Effect.gen(function*() {
      const { snapshot } = yield* Database
      const [asked, answered] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const reading = yield* Effect.fork(snapshot(Effect.gen(function*() {
        const first = yield* names
        yield* Deferred.succeed(asked, undefined)
        yield* Deferred.await(answered)
        return [first, yield* names]
      })))
      yield* Deferred.await(asked)
      yield* insert("a")
      yield* Deferred.succeed(answered, undefined)
      expect(yield* Fiber.join(reading)).toEqual([[], []])
      expect(unavailable(yield* Effect.flip(snapshot(insert("b"))))).toMatchObject({ reason: "readonly" })
    }).pipe(live))
})

describePostgres("the connections to PostgreSQL", () => {
  it.live("are given out in turn, and their figures are known", () =>
    Effect.gen(function*() {
      const { connections, reader: sql, readConcurrency } = yield* Database
      yield* Effect.forEach(
        Array.from({ length: 100 }, (_, n) => n),
        (n) => sql`SELECT ${n}::int8`,
        { concurrency: "unbounded" }
      )
      expect(connections?.()).toEqual({ used: 0, idle: readConcurrency, waiting: 0 })
    }).pipe(live, Effect.timeout(Duration.seconds(15))))
})
