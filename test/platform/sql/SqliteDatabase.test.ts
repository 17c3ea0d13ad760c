import { describe, expect, it } from "@effect/vitest"
import { type Cause, Deferred, Effect, Fiber, TestClock } from "effect"
import { Database } from "../../../src/platform/sql/Database.ts"
import * as TestDatabase from "../../support/Database.ts"

const names = Effect.gen(function*() {
  const { reader } = yield* Database
  const rows = yield* reader<{ name: string }>`SELECT name FROM users ORDER BY id`
  return rows.map(({ name }) => name)
})

const insert = (name: string) =>
  Effect.flatMap(
    Database,
    ({ writer }) => writer`INSERT INTO users (name, email, email_key) VALUES (${name}, ${name}, ${name})`
  )

describe("Database", () => {
  it.effect("the reader neither waits for a transaction nor sees it before it is committed", () =>
    Effect.gen(function*() {
      const { transaction } = yield* Database
      const inserted = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(transaction(
        Effect.all([insert("Ann"), Deferred.succeed(inserted, undefined), Deferred.await(goOn)], { concurrency: 1 })
      ))
      yield* Deferred.await(inserted)
      expect(yield* names).toEqual([])
      yield* Deferred.succeed(goOn, undefined)
      yield* Fiber.join(fiber)
      expect(yield* names).toEqual(["Ann"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  const ends: ReadonlyArray<readonly [string, Effect.Effect<never, string | Cause.TimeoutException>]> = [
    ["a failure", Effect.fail("no")],
    ["a defect", Effect.dieMessage("no")],
    ["a timeout", Effect.timeout(Effect.never, "5 seconds")]
  ]
  for (const [how, end] of ends) {
    it.effect(`${how} rolls back, and the connection goes on`, () =>
      Effect.gen(function*() {
        const { transaction } = yield* Database
        const fiber = yield* Effect.fork(Effect.exit(transaction(Effect.zipRight(insert("Ann"), end))))
        yield* TestClock.adjust("5 seconds")
        expect((yield* Fiber.join(fiber))._tag).toBe("Failure")
        expect(yield* names).toEqual([])
        yield* transaction(insert("Bob"))
        expect(yield* names).toEqual(["Bob"])
      }).pipe(Effect.provide(TestDatabase.layer)))
  }

  it.effect("an interruption rolls back, and frees the writer for the one who waits", () =>
    Effect.gen(function*() {
      const { transaction } = yield* Database
      const inserted = yield* Deferred.make<void>()
      const stuck = yield* Effect.fork(transaction(
        Effect.zipRight(Effect.zipRight(insert("Ann"), Deferred.succeed(inserted, undefined)), Effect.never)
      ))
      yield* Deferred.await(inserted)
      const waiting = yield* Effect.fork(transaction(insert("Bob")))
      yield* Fiber.interrupt(stuck)
      yield* Fiber.join(waiting)
      expect(yield* names).toEqual(["Bob"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("a nested transaction that fails undoes its own part only", () =>
    Effect.gen(function*() {
      const { transaction } = yield* Database
      yield* transaction(Effect.gen(function*() {
        yield* insert("Ann")
        yield* Effect.ignore(transaction(Effect.zipRight(insert("Bob"), Effect.fail("no"))))
      }))
      expect(yield* names).toEqual(["Ann"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("nested transactions that fail undo their own part, whatever ended before, between and inside them", () =>
    Effect.gen(function*() {
      const { transaction } = yield* Database
      const failing = (effect: ReturnType<typeof insert>) =>
        Effect.ignore(transaction(Effect.zipRight(effect, Effect.fail("no"))))
      yield* transaction(Effect.gen(function*() {
        yield* transaction(Effect.zipRight(insert("Ann"), failing(insert("Bob"))))
        yield* failing(transaction(insert("Chloé")))
        yield* transaction(Effect.zipRight(transaction(insert("Dan")), failing(insert("Eve"))))
      }))
      expect(yield* names).toEqual(["Ann", "Dan"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("a commit that fails rolls back, and the connection goes on", () =>
    Effect.gen(function*() {
      const { transaction, writer } = yield* Database
      const exit = yield* Effect.exit(transaction(Effect.all([
        insert("Ann"),
        writer`PRAGMA defer_foreign_keys = ON`,
        writer`INSERT INTO posts (user_id, title, content) VALUES (9, 'a', 'b')`
      ], { concurrency: 1 })))
      expect(exit._tag).toBe("Failure")
      yield* transaction(insert("Bob"))
      expect(yield* names).toEqual(["Bob"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("the writer checks its references, syncs new logs and copies none itself; the reader cannot write", () =>
    Effect.gen(function*() {
      const { reader, writer } = yield* Database
      expect(yield* writer`PRAGMA synchronous`).toEqual([{ synchronous: 1 }])
      expect(yield* writer`PRAGMA wal_autocheckpoint`).toEqual([{ wal_autocheckpoint: 0 }])
      expect(yield* writer`PRAGMA journal_mode`).toEqual([{ journal_mode: "wal" }])
      expect((yield* Effect.exit(writer`INSERT INTO posts (user_id, title, content) VALUES (9, 'a', 'b')`))._tag).toBe(
        "Failure"
      )
      expect((yield* Effect.exit(reader`DELETE FROM users`))._tag).toBe("Failure")
    }).pipe(Effect.provide(TestDatabase.layer)))
})
