import { describe, expect, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { Deferred, Effect, Exit, Fiber, TestClock } from "effect"
import { Database } from "../../../../src/platform/sql/Database.ts"
import { isPassing } from "../../../../src/platform/sql/DatabaseUnavailable.ts"
import * as TestDatabase from "../../../support/Database.ts"
import { failureOf } from "../../../support/exits.ts"
import { isDone } from "../../../support/fibers.ts"
import { insert, names } from "../../../support/names.ts"
import { turn } from "../../../support/turn.ts"

/**
 * Another connection that holds the write lock. SQLite separates two connections of one process as it does two
 * processes.
 */
const lock = Effect.gen(function*() {
  const { reader } = yield* Database
  const [main] = yield* reader<{ file: string }>`PRAGMA database_list`
  const other = yield* Effect.acquireRelease(
    Effect.sync(() => new Sqlite(String(main?.file))),
    (opened) => Effect.sync(() => opened.close())
  )
  other.exec("BEGIN IMMEDIATE")
  return { release: Effect.sync(() => other.exec("ROLLBACK")) }
})

const fork = (name: string) => Effect.fork(Effect.exit(insert(name)))

describe("changes that meet another process's lock", () => {
  it.scoped("wait in their order, while reads go on, and all run once it is free", () =>
    Effect.gen(function*() {
      const { release } = yield* lock
      const all = yield* Effect.forEach(["Ann", "Bob", "Chloé"], fork, { concurrency: 1 })
      yield* TestClock.adjust("1 second")
      expect(yield* names).toEqual([])
      expect(yield* Effect.forEach(all, isDone, { concurrency: 1 })).toEqual([false, false, false])
      yield* release
      yield* TestClock.adjust("25 millis")
      expect((yield* Fiber.joinAll(all)).map(Exit.isSuccess)).toEqual([true, true, true])
      expect(yield* names).toEqual(["Ann", "Bob", "Chloé"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.scoped("each fail after their own time, however many wait before them", () =>
    Effect.gen(function*() {
      const { counters } = yield* Database
      const { release } = yield* lock
      const early = yield* Effect.forEach(["Ann", "Bob"], fork, { concurrency: 1 })
      yield* TestClock.adjust("1500 millis")
      const late = yield* fork("Chloé")
      yield* TestClock.adjust("600 millis")
      yield* turn
      const exits = yield* Fiber.joinAll(early)
      expect(exits.map((exit) => isPassing(failureOf(exit)))).toEqual([true, true])
      expect([yield* isDone(late), counters.lockTimeouts]).toEqual([false, 2])
      yield* release
      yield* TestClock.adjust("25 millis")
      expect(Exit.isSuccess(yield* Fiber.join(late))).toBe(true)
      expect(yield* names).toEqual(["Chloé"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.scoped("wait as long even after others have waited in vain", () =>
    Effect.gen(function*() {
      const { release } = yield* lock
      const vain = yield* fork("Ann")
      yield* TestClock.adjust("2100 millis")
      expect(isPassing(failureOf(yield* Fiber.join(vain)))).toBe(true)
      yield* TestClock.adjust("1 minute")
      const patient = yield* fork("Bob")
      yield* TestClock.adjust("1 second")
      expect(yield* isDone(patient)).toBe(false)
      yield* release
      yield* TestClock.adjust("25 millis")
      expect(Exit.isSuccess(yield* Fiber.join(patient))).toBe(true)
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.scoped("give their turn to the next one when they are interrupted", () =>
    Effect.gen(function*() {
      const { release } = yield* lock
      const first = yield* fork("Ann")
      const second = yield* fork("Bob")
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(first)
      yield* release
      yield* TestClock.adjust("25 millis")
      expect(Exit.isSuccess(yield* Fiber.join(second))).toBe(true)
      expect(yield* names).toEqual(["Bob"])
    }).pipe(Effect.provide(TestDatabase.layer)))
})

describe("two transactions nested in one change at once", () => {
  it.scoped("take turns, and the one that fails undoes nothing of the other", () =>
    Effect.gen(function*() {
      const { transaction } = yield* Database
      const goOn = yield* Deferred.make<void>()
      const failing = Effect.ignore(transaction(Effect.all(
        [insert("no"), Deferred.await(goOn), transaction(insert("neither")), Effect.fail("no")],
        { concurrency: 1 }
      )))
      const good = transaction(Effect.all(
        [insert("Ann"), Deferred.succeed(goOn, undefined), turn, transaction(insert("Bob"))],
        { concurrency: 1 }
      ))
      const release = Effect.zipRight(turn, Deferred.succeed(goOn, undefined))
      yield* transaction(Effect.all([failing, good, release], { concurrency: 3 }))
      expect(yield* names).toEqual(["Ann", "Bob"])
    }).pipe(Effect.provide(TestDatabase.layer)))
})
