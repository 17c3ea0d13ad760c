import { expect, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Queue, Stream } from "effect"
import { faultyNetwork } from "../../../../scripts/harness/faultyNetwork.ts"
import { Database } from "../../../../src/platform/sql/Database.ts"
import { unavailable } from "../../../../src/platform/sql/DatabaseUnavailable.ts"
import { Notifications } from "../../../../src/platform/sql/Notifications.ts"
import { Contact } from "../../../../src/platform/sql/postgres/Contact.ts"
import * as Pool from "../../../../src/platform/sql/postgres/Pool.ts"
import { failureOf } from "../../../support/exits.ts"
import { describePostgres, layerOf, migrated, placeOf } from "../../../support/postgres.ts"
import { until } from "../../../support/until.ts"

/** No statement and no waiter gives up by itself. */
const patient = {
  connections: 2,
  connectTimeout: Duration.minutes(10),
  lockTimeout: Duration.minutes(10),
  statementTimeout: Duration.minutes(10),
  answerTimeout: Duration.infinity,
  idleTimeout: Duration.minutes(10)
}

describePostgres("the pool of a server that has lost contact with PostgreSQL", () => {
  it.scopedLive("closes its connections, lets nobody wait for one, and makes new ones afterwards", () =>
    Effect.gen(function*() {
      const network = yield* faultyNetwork(yield* migrated)
      const contact = new Contact()
      const pool = yield* Pool.make(placeOf(network.url), patient, contact)
      const ask = (sql: string) => pool.alone.execute(sql, [], undefined)
      yield* Effect.all([ask("SELECT pg_sleep(0.01)"), ask("SELECT pg_sleep(0.01)")], { concurrency: 2 })
      expect(pool.figures()).toMatchObject({ idle: 2 })
      yield* network.cut
      const asking = yield* Effect.fork(
        Effect.forEach(["SELECT 1", "DELETE FROM users", "SELECT 3"], (sql) => Effect.flip(ask(sql)), {
          concurrency: 3
        })
      )
      yield* until(Effect.sync(pool.figures), ({ used, waiting }) => used === 2 && waiting === 1)
      contact.become("lost")
      const reasons = (yield* Fiber.join(asking)).map((error) => unavailable(error)?.reason)
      expect(reasons).toEqual(["failing", "unknown", "failing"])
      expect(unavailable(yield* Effect.flip(ask("SELECT 4")))).toMatchObject({ reason: "failing" })
      yield* network.mend
      contact.become("prompt")
      expect(yield* ask("SELECT 5 AS n")).toEqual([{ n: 5 }])
    }))
})

describePostgres("a server that is cut off from PostgreSQL", () => {
  it.scopedLive("gives up all that waits for the database, refuses more at once, and heals by itself", () =>
    Effect.gen(function*() {
      const network = yield* faultyNetwork(yield* migrated)
      yield* Effect.gen(function*() {
        const { isPrompt, transaction, writer: sql } = yield* Database
        const { listen } = yield* Notifications
        const calls = yield* Queue.unbounded<string>()
        yield* Effect.forkScoped(Stream.runForEach(listen("jobs"), (call) => Queue.offer(calls, call)))
        expect(yield* Queue.take(calls)).toBe("")
        // more than the pool has connections, so that some wait for one
        const change = transaction(Effect.zipRight(sql`SELECT 1`, Effect.delay(sql`SELECT 2`, "10 millis")))
        const changes = yield* Effect.fork(
          Effect.forEach(Array.from({ length: 40 }), () => Effect.exit(Effect.forever(change)), {
            concurrency: "unbounded"
          })
        )
        expect(isPrompt()).toBe(true)
        yield* network.cut
        const failures = (yield* Fiber.join(changes)).map((exit) => unavailable(failureOf(exit))?.reason)
        expect(failures.filter((reason) => reason !== "failing" && reason !== "unknown")).toEqual([])
        expect(isPrompt()).toBe(false)
        expect(unavailable(yield* Effect.flip(sql`SELECT 3`))).toMatchObject({ reason: "failing" })
        yield* network.mend
        expect(yield* Queue.take(calls)).toBe("")
        expect(isPrompt()).toBe(true)
        expect(yield* sql`SELECT 4 AS n`).toEqual([{ n: 4 }])
      }).pipe(Effect.provide(layerOf(network.url)))
    }))
})
