import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { Database } from "../../../../src/platform/sql/Database.ts"
import * as TestDatabase from "../../../support/Database.ts"
import { failureOf } from "../../../support/exits.ts"
import { isDone } from "../../../support/fibers.ts"
import { insert, names } from "../../../support/names.ts"
import { turn } from "../../../support/turn.ts"

/** Begins a transaction; returns the means to end it. */
const hold = (name: string, end: Effect.Effect<void, string> = Effect.void) =>
  Effect.gen(function*() {
    const { transaction } = yield* Database
    const [begun, goOn] = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()], { concurrency: 1 })
    const fiber = yield* Effect.fork(Effect.exit(transaction(
      insert(name).pipe(
        Effect.zipRight(Deferred.succeed(begun, undefined)),
        Effect.zipRight(Deferred.await(goOn)),
        Effect.zipRight(end)
      )
    )))
    return { fiber, begun: Deferred.await(begun), goOn: Deferred.succeed(goOn, undefined) }
  })

describe("changes that wait for one another", () => {
  it.effect("share a commit, and end together", () =>
    Effect.gen(function*() {
      const first = yield* hold("Ann")
      yield* first.begun
      const second = yield* hold("Bob")
      const statement = yield* Effect.fork(insert("Chloé"))
      const third = yield* hold("Dan")
      yield* turn
      yield* first.goOn
      yield* second.begun
      yield* second.goOn
      yield* third.begun
      yield* turn
      // the changes have ended, but are not reported yet
      expect(yield* names).toEqual([])
      expect([yield* isDone(first.fiber), yield* isDone(second.fiber), yield* isDone(statement)]).toEqual([
        false,
        false,
        false
      ])
      yield* third.goOn
      yield* Fiber.joinAll([first.fiber, second.fiber, third.fiber])
      yield* Fiber.join(statement)
      expect(yield* names).toEqual(["Ann", "Bob", "Chloé", "Dan"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("undo their own part only, whether they fail, are interrupted or are refused", () =>
    Effect.gen(function*() {
      const first = yield* hold("Ann")
      yield* first.begun
      const good = yield* hold("Bob")
      const failing = yield* hold("Chloé", Effect.fail("no"))
      const twice = yield* Effect.fork(Effect.exit(insert("Bob")))
      const interrupted = yield* hold("Dan")
      const last = yield* hold("Eve")
      yield* turn
      for (const { goOn } of [first, good, failing, last]) yield* goOn
      yield* interrupted.begun
      yield* Fiber.interrupt(interrupted.fiber)
      yield* Fiber.joinAll([good.fiber, failing.fiber, last.fiber])
      expect(failureOf(yield* Fiber.join(twice))).toMatchObject({ cause: { code: "SQLITE_CONSTRAINT_UNIQUE" } })
      expect(failureOf(yield* Fiber.join(failing.fiber))).toBe("no")
      expect(yield* names).toEqual(["Ann", "Bob", "Eve"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("all fail with a refused commit, and the next group begins", () =>
    Effect.gen(function*() {
      const { transaction, writer } = yield* Database
      const first = yield* hold("Ann")
      yield* first.begun
      const innocent = yield* hold("Bob")
      const guilty = yield* Effect.fork(Effect.exit(transaction(Effect.zipRight(
        writer`PRAGMA defer_foreign_keys = ON`,
        writer`INSERT INTO posts (user_id, title, content) VALUES (9, 'a', 'b')`
      ))))
      yield* turn
      yield* first.goOn
      yield* innocent.goOn
      for (const exit of [yield* guilty, yield* innocent.fiber, yield* first.fiber]) {
        expect(failureOf(exit)).toMatchObject({ cause: { code: "SQLITE_CONSTRAINT_FOREIGNKEY" } })
      }
      expect(yield* names).toEqual([])
      yield* transaction(insert("Chloé"))
      expect(yield* names).toEqual(["Chloé"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("leave the queue when they are interrupted", () =>
    Effect.gen(function*() {
      const first = yield* hold("Ann")
      yield* first.begun
      const waiting = yield* Effect.fork(insert("Bob"))
      yield* turn
      yield* Fiber.interrupt(waiting)
      yield* first.goOn
      yield* Fiber.join(first.fiber)
      yield* insert("Chloé")
      expect(yield* names).toEqual(["Ann", "Chloé"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("begin in the order in which they came, however many wait, and are committed in parts", () =>
    Effect.gen(function*() {
      const first = yield* hold("0")
      yield* first.begun
      const expected = Array.from({ length: 100 }, (_, n) => String(n + 1))
      const all = yield* Effect.forEach(expected, (name) => Effect.fork(insert(name)), { concurrency: 1 })
      yield* turn
      yield* first.goOn
      yield* Fiber.joinAll(all)
      expect(yield* names).toEqual(["0", ...expected])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("share a commit if they come in one turn of the event loop and nobody waits", () =>
    Effect.gen(function*() {
      const one = yield* Effect.fork(insert("Ann"))
      const other = yield* Effect.fork(insert("Bob"))
      yield* Effect.yieldNow()
      expect([yield* names, yield* isDone(one), yield* isDone(other)]).toEqual([[], false, false])
      yield* turn
      expect(yield* names).toEqual(["Ann", "Bob"])
      yield* Fiber.joinAll([one, other])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("do not include work of their forked fibers once they have ended", () =>
    Effect.gen(function*() {
      const { transaction } = yield* Database
      const goOn = yield* Deferred.make<void>()
      const late = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.forkDaemon(Effect.zipRight(Deferred.await(goOn), effect))
      const forked = yield* transaction(
        Effect.all([late(insert("late")), late(transaction(insert("later")))], { concurrency: 1 })
      )
      const undone = yield* hold("Ann", Effect.fail("no"))
      yield* undone.begun
      yield* Deferred.succeed(goOn, undefined)
      yield* turn
      yield* undone.goOn
      yield* Fiber.joinAll(forked)
      expect((yield* names).toSorted()).toEqual(["late", "later"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("cannot be undone by a nested change that has outlived its parent", () =>
    Effect.gen(function*() {
      const { transaction } = yield* Database
      const [begun, outlive, goOn] = yield* Effect.all(
        [Deferred.make<void>(), Deferred.make<void>(), Deferred.make<void>()],
        { concurrency: 1 }
      )
      const outliving = transaction(Effect.all(
        [insert("Ann"), Deferred.succeed(begun, undefined), Deferred.await(outlive), Effect.fail("no")],
        { concurrency: 1 }
      ))
      const late = yield* transaction(Effect.zipLeft(Effect.forkDaemon(outliving), Deferred.await(begun)))
      const other = yield* Effect.fork(
        transaction(transaction(Effect.zipRight(insert("Bob"), Deferred.await(goOn))))
      )
      yield* turn
      yield* Deferred.succeed(outlive, undefined)
      yield* Fiber.await(late)
      yield* Deferred.succeed(goOn, undefined)
      yield* Fiber.join(other)
      expect(yield* names).toEqual(["Ann", "Bob"])
    }).pipe(Effect.provide(TestDatabase.layer)))
})
