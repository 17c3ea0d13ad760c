import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { Database } from "../../../src/platform/sql/Database.ts"
import * as TestDatabase from "../../support/Database.ts"

const insert = (name: string) =>
  Effect.flatMap(
    Database,
    ({ writer }) => writer`INSERT INTO users (name, email, email_key) VALUES (${name}, ${name}, ${name})`
  )

const names = Effect.flatMap(
  Database,
  ({ reader }) =>
    Effect.map(reader<{ name: string }>`SELECT name FROM users ORDER BY id`, (rows) => rows.map((r) => r.name))
)

/** A transaction that has begun, and its end. */
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

const isDone = <A, E>(fiber: Fiber.RuntimeFiber<A, E>) => Effect.map(Fiber.poll(fiber), ({ _tag }) => _tag === "Some")

/** Lets every fiber run until it waits for something. */
const settle = Effect.yieldNow().pipe(Effect.repeatN(200))

describe("changes that wait for one another", () => {
  it.effect("share a commit, and are told of it together", () =>
    Effect.gen(function*() {
      const first = yield* hold("Ann")
      yield* first.begun
      const second = yield* hold("Bob")
      const statement = yield* Effect.fork(insert("Chloé"))
      const third = yield* hold("Dan")
      yield* settle
      yield* first.goOn
      yield* second.begun
      expect(yield* names).toEqual(["Ann"])
      yield* second.goOn
      yield* third.begun
      yield* settle
      // they are over, and nobody knows it yet
      expect(yield* names).toEqual(["Ann"])
      expect([yield* isDone(first.fiber), yield* isDone(second.fiber), yield* isDone(statement)]).toEqual([
        true,
        false,
        false
      ])
      yield* third.goOn
      yield* Fiber.joinAll([second.fiber, third.fiber])
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
      yield* settle
      for (const { goOn } of [first, good, failing, last]) yield* goOn
      yield* interrupted.begun
      yield* Fiber.interrupt(interrupted.fiber)
      yield* Fiber.joinAll([good.fiber, failing.fiber, last.fiber])
      expect((yield* Fiber.join(twice))._tag).toBe("Failure")
      expect((yield* Fiber.join(failing.fiber))._tag).toBe("Failure")
      expect(yield* names).toEqual(["Ann", "Bob", "Eve"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("are all refused with a commit that is refused, and the next one begins", () =>
    Effect.gen(function*() {
      const { transaction, writer } = yield* Database
      const first = yield* hold("Ann")
      yield* first.begun
      const innocent = yield* hold("Bob")
      const guilty = yield* Effect.fork(Effect.exit(transaction(Effect.zipRight(
        writer`PRAGMA defer_foreign_keys = ON`,
        writer`INSERT INTO posts (user_id, title, content) VALUES (9, 'a', 'b')`
      ))))
      yield* settle
      yield* first.goOn
      yield* innocent.goOn
      expect((yield* Fiber.join(guilty))._tag).toBe("Failure")
      expect((yield* Fiber.join(innocent.fiber))._tag).toBe("Failure")
      expect(yield* names).toEqual(["Ann"])
      yield* transaction(insert("Chloé"))
      expect(yield* names).toEqual(["Ann", "Chloé"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("give up their place when they are interrupted", () =>
    Effect.gen(function*() {
      const first = yield* hold("Ann")
      yield* first.begun
      const waiting = yield* Effect.fork(insert("Bob"))
      yield* settle
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
      yield* settle
      yield* first.goOn
      yield* Fiber.joinAll(all)
      expect(yield* names).toEqual(["0", ...expected])
    }).pipe(Effect.provide(TestDatabase.layer)))
})
