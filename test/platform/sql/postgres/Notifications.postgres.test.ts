import { expect, it } from "@effect/vitest"
import { Effect, Queue, Stream } from "effect"
import { Database } from "../../../../src/platform/sql/Database.ts"
import { Notifications } from "../../../../src/platform/sql/Notifications.ts"
import { describePostgres, endSessions, layerOf, migrated } from "../../../support/postgres.ts"

/** Listens to a channel; returns a queue of its payloads. */
const heard = (channel: string) =>
  Effect.gen(function*() {
    const { listen } = yield* Notifications
    const payloads = yield* Queue.unbounded<string>()
    yield* Effect.forkScoped(Stream.runForEach(listen(channel), (payload) => Queue.offer(payloads, payload)))
    return payloads
  })

describePostgres("calls between servers", () => {
  it.scopedLive("are heard by those that listen, once the caller's transaction is committed", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      yield* Effect.gen(function*() {
        const { notify } = yield* Notifications
        const { transaction } = yield* Database
        const [jobs, chat] = [yield* heard("jobs"), yield* heard("chat \"room\"")]
        expect([yield* Queue.take(jobs), yield* Queue.take(chat)]).toEqual(["", ""])
        yield* Effect.ignore(transaction(Effect.zipRight(notify("jobs", "undone"), Effect.fail("refused"))))
        yield* transaction(notify("jobs", "done"))
        yield* notify("chat \"room\"", "said")
        expect([yield* Queue.take(jobs), yield* Queue.take(chat)]).toEqual(["done", "said"])
      }).pipe(Effect.scoped, Effect.provide(layerOf(url)))
    }))

  it.scopedLive("can follow the commit of a transaction, its nested ones included, and never one that fails", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      yield* Effect.gen(function*() {
        const { notify, notifyAfterCommit } = yield* Notifications
        const { transaction, writer: sql } = yield* Database
        const [undone, jobs] = [yield* heard("undone"), yield* heard("jobs")]
        expect([yield* Queue.take(undone), yield* Queue.take(jobs)]).toEqual(["", ""])
        yield* Effect.ignore(transaction(Effect.zipRight(notifyAfterCommit("undone"), Effect.fail("refused"))))
        yield* transaction(Effect.gen(function*() {
          yield* transaction(notifyAfterCommit("jobs"))
          yield* notify("undone", "committed")
          yield* sql`SELECT pg_sleep(0.05)`
          expect(yield* Queue.size(jobs)).toBe(0)
        }))
        expect([yield* Queue.take(undone), yield* Queue.take(jobs)]).toEqual(["committed", ""])
        yield* notifyAfterCommit("jobs")
        expect(yield* Queue.take(jobs)).toBe("")
      }).pipe(Effect.scoped, Effect.provide(layerOf(url)))
    }))

  it.scopedLive("are followed by an empty one each time the connection was lost, and go on", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      yield* Effect.gen(function*() {
        const { notify } = yield* Notifications
        const jobs = yield* heard("jobs")
        expect(yield* Queue.take(jobs)).toBe("")
        for (const round of ["first", "second"]) {
          yield* endSessions(url)
          expect(yield* Queue.take(jobs)).toBe("")
          yield* Effect.retry(notify("jobs", round), { times: 20 })
          expect(yield* Queue.take(jobs)).toBe(round)
        }
      }).pipe(Effect.scoped, Effect.provide(layerOf(url)))
    }))

  it.scopedLive("that nobody reads become one empty call", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      yield* Effect.gen(function*() {
        const { listen, notify } = yield* Notifications
        const { writer: sql } = yield* Database
        const behind = yield* Queue.bounded<string>(1)
        yield* Effect.forkScoped(Stream.runForEach(listen("jobs"), (payload) => Queue.offer(behind, payload)))
        expect(yield* Queue.take(behind)).toBe("")
        yield* sql`SELECT pg_notify('jobs', n::text) FROM generate_series(1, 5000) AS n`
        yield* notify("jobs", "last")
        let read = 0
        while ((yield* Queue.take(behind)) !== "last") read++
        expect(read).toBeLessThan(5000)
      }).pipe(Effect.scoped, Effect.provide(layerOf(url)))
    }))
})
