import { describe, expect, it } from "@effect/vitest"
import { type Cause, Deferred, Effect, Fiber, TestClock } from "effect"
import { Database } from "../../../../src/platform/sql/Database.ts"
import * as TestDatabase from "../../../support/Database.ts"
import { failureOf } from "../../../support/exits.ts"
import { insert, names } from "../../../support/names.ts"

describe("Database", () => {
  it.effect("the reader neither waits for a transaction nor sees it before its commit", () =>
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

  const ends: ReadonlyArray<readonly [string, Effect.Effect<never, string | Cause.TimeoutException>, unknown]> = [
    ["a failure", Effect.fail("no"), "no"],
    ["a defect", Effect.die("bug"), "bug"],
    ["a timeout", Effect.timeout(Effect.never, "5 seconds"), expect.objectContaining({ _tag: "TimeoutException" })]
  ]
  for (const [how, end, failure] of ends) {
    it.effect(`${how} rolls back, and the connection goes on`, () =>
      Effect.gen(function*() {
        const { transaction } = yield* Database
        const fiber = yield* Effect.fork(Effect.exit(transaction(Effect.zipRight(insert("Ann"), end))))
        yield* TestClock.adjust("5 seconds")
        expect(failureOf(yield* Fiber.join(fiber))).toEqual(failure)
        expect(yield* names).toEqual([])
        yield* transaction(insert("Bob"))
        expect(yield* names).toEqual(["Bob"])
      }).pipe(Effect.provide(TestDatabase.layer)))
  }

  it.effect("an interruption rolls back, and frees the writer for the next change", () =>
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
      expect(failureOf(exit)).toMatchObject({ cause: { code: "SQLITE_CONSTRAINT_FOREIGNKEY" } })
      yield* transaction(insert("Bob"))
      expect(yield* names).toEqual(["Bob"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("the writer checks its references, syncs new logs and copies none itself; the reader cannot write", () =>
    Effect.gen(function*() {
      const { reader, writer } = yield* Database
      expect(yield* writer`PRAGMA synchronous`).toEqual([{ synchronous: 1 }])
      expect(yield* writer`PRAGMA wal_autocheckpoint`).toEqual([{ wal_autocheckpoint: 0 }])
      expect(yield* writer`PRAGMA journal_mode`).toEqual([{ journal_mode: "wal" }])
      const orphan = writer`INSERT INTO posts (user_id, title, content) VALUES (9, 'a', 'b')`
      expect(yield* Effect.flip(orphan)).toMatchObject({ cause: { code: "SQLITE_CONSTRAINT_FOREIGNKEY" } })
      expect(yield* Effect.flip(reader`DELETE FROM users`)).toMatchObject({ cause: { code: "SQLITE_READONLY" } })
    }).pipe(Effect.provide(TestDatabase.layer)))
})
