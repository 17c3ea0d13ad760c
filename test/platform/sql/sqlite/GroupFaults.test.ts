import { Reactivity } from "@effect/experimental"
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { SqlError } from "@effect/sql"
import { describe, expect, it } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, FastCheck as fc, Fiber, FiberId, Schema, type Scope } from "effect"
import * as Client from "../../../../src/platform/sql/Client.ts"
import { dialect } from "../../../../src/platform/sql/sqlite/dialect.ts"
import * as GroupCommit from "../../../../src/platform/sql/sqlite/GroupCommit.ts"
import { SqliteConnection } from "../../../../src/platform/sql/sqlite/SqliteConnection.ts"
import { failureOf } from "../../../support/exits.ts"
import { forkToFirstWait } from "../../../support/fibers.ts"
import { turn, turns } from "../../../support/turn.ts"

/** The fate of a statement: it runs, is refused, or is refused with the whole transaction, as on a full disk. */
type Fate = "runs" | "refused" | "undone"

const decodeRows = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ step: Schema.String })))

/** Makes a database of its own whose statements meet their fates, and records those that ran, in order. */
const make = Effect.fnUntraced(function*(fateOf: (sql: string) => Fate) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
  const connection = yield* SqliteConnection.open(`${folder}/faults.sqlite`, { readonly: false })
  yield* connection.run("CREATE TABLE steps (n INTEGER PRIMARY KEY, step TEXT NOT NULL)")
  const refusal = (sql: string): Exit.Exit<never, SqlError.SqlError> | undefined => {
    const fate = fateOf(sql)
    if (fate === "runs") return undefined
    if (fate === "undone" && connection.inTransaction) connection.run("ROLLBACK")
    return Exit.fail(new SqlError.SqlError({ cause: sql, message: "database or disk is full" }))
  }
  const ran: Array<string> = []
  const changes = GroupCommit.make({
    lockTimeout: Duration.seconds(2),
    connection: {
      ...connection,
      run: (sql) => {
        ran.push(sql)
        return refusal(sql) ?? connection.run(sql)
      },
      execute: (sql, params) => Effect.suspend(() => refusal(sql) ?? connection.execute(sql, params)),
      get inTransaction() {
        return connection.inTransaction
      }
    }
  })
  const sql = yield* Client.make({ dialect, connection, ...changes })
  return {
    ran,
    add: (step: string) => sql`INSERT INTO steps (step) VALUES (${step})`,
    transaction: changes.transaction,
    steps: Effect.map(
      Effect.suspend(() => connection.execute("SELECT step FROM steps ORDER BY n", [])),
      (rows) => decodeRows(rows).map(({ step }) => step)
    ),
    isClean: Effect.sync(() => !connection.inTransaction)
  }
})

const live = <A, E>(effect: Effect.Effect<A, E, FileSystem.FileSystem | Reactivity.Reactivity | Scope.Scope>) =>
  Effect.provide(effect, [NodeContext.layer, Reactivity.layer])

/** Gives a fate to the nth occurrence of a statement; all others run. */
const nth = (n: number, text: string, fate: Fate) => {
  let count = 0
  return (sql: string): Fate => sql === text && ++count === n ? fate : "runs"
}

/** Runs changes of one turn, which share a commit. Returns the failure of each, or "kept". */
const together = <E>(...changes: ReadonlyArray<Effect.Effect<unknown, E>>) =>
  Effect.gen(function*() {
    const fibers = yield* Effect.forEach(changes, (change) => Effect.fork(Effect.exit(change)), { concurrency: 1 })
    const exits = yield* Effect.forEach(fibers, Fiber.join, { concurrency: 1 })
    return exits.map((exit) => Exit.isSuccess(exit) ? "kept" : failureOf(exit))
  })

/** The failure of a change whose statement was refused. */
const refused = (statement: string) => expect.objectContaining({ _tag: "SqlError", cause: statement })

/** The failure of a change whose transaction SQLite has undone. */
const over = expect.objectContaining({
  _tag: "SqlError",
  cause: expect.objectContaining({ _tag: "UndoneTransaction" })
})

describe("a fault in a group of two changes that succeed and one that fails with \"no\"", () => {
  const faults: ReadonlyArray<readonly [n: number, statement: string, fate: Fate, told: unknown, third: unknown]> = [
    [1, "COMMIT", "refused", refused("COMMIT"), refused("COMMIT")],
    [1, "COMMIT", "undone", refused("COMMIT"), refused("COMMIT")],
    // the second change's savepoint, so that the first change has done its part
    [2, "SAVEPOINT barista_change", "refused", refused("SAVEPOINT barista_change"), "no"],
    [2, "SAVEPOINT barista_change", "undone", refused("SAVEPOINT barista_change"), "no"],
    [2, "RELEASE barista_change", "refused", refused("RELEASE barista_change"), "no"],
    [2, "RELEASE barista_change", "undone", over, "no"],
    // the third change's rollback of its own part
    [
      1,
      "ROLLBACK TO barista_change",
      "refused",
      refused("ROLLBACK TO barista_change"),
      refused("ROLLBACK TO barista_change")
    ],
    [1, "ROLLBACK TO barista_change", "undone", over, over]
  ]
  for (const [n, statement, fate, told, third] of faults) {
    it.scoped(`keeps neither and tells both, where ${statement} is ${fate}; the next change goes on`, () =>
      live(Effect.gen(function*() {
        const { add, isClean, steps, transaction } = yield* make(nth(n, statement, fate))
        const failing = transaction(Effect.zipRight(add("failing"), Effect.fail("no")))
        expect(yield* together(add("one"), add("two"), failing)).toEqual([told, told, third])
        expect(yield* steps).toEqual([])
        expect(yield* isClean).toBe(true)
        yield* transaction(add("next"))
        expect(yield* steps).toEqual(["next"])
      })))
  }

  it.scoped("fails the first alone where its transaction could not begin: the next begins another", () =>
    live(Effect.gen(function*() {
      const { add, steps } = yield* make(nth(1, "BEGIN IMMEDIATE", "refused"))
      expect(yield* together(add("one"), add("two"))).toEqual([refused("BEGIN IMMEDIATE"), "kept"])
      expect(yield* steps).toEqual(["two"])
    })))
})

describe("a change that catches the failures of its statements", () => {
  it.scoped("runs nothing more once SQLite has undone its transaction", () =>
    live(Effect.gen(function*() {
      let full = false
      const { add, steps, transaction } = yield* make((sql) => full && sql.startsWith("INSERT") ? "undone" : "runs")
      const stubborn = transaction(Effect.gen(function*() {
        yield* add("one")
        full = true
        yield* Effect.ignore(add("two"))
        full = false
        yield* Effect.ignore(add("three"))
        yield* Effect.ignore(transaction(add("four")))
      }))
      expect(yield* together(stubborn)).toEqual([over])
      expect(yield* steps).toEqual([])
    })))

  it.scoped("is undone with a nested one that could not be undone alone", () =>
    live(Effect.gen(function*() {
      const { add, steps, transaction } = yield* make(nth(1, "ROLLBACK TO barista_1", "refused"))
      const nested = Effect.ignore(transaction(Effect.zipRight(add("two"), Effect.fail("no"))))
      expect(yield* together(transaction(Effect.zipRight(add("one"), nested)))).toEqual([
        refused("ROLLBACK TO barista_1")
      ])
      expect(yield* steps).toEqual([])
    })))
})

describe("an interruption", () => {
  const interrupted = expect.objectContaining({ _tag: "InterruptedException" })

  it.scoped("passes on a turn that comes in the very moment of it", () =>
    live(Effect.gen(function*() {
      let waiting: Fiber.RuntimeFiber<unknown, unknown> | undefined
      const { add, steps, transaction } = yield* make((sql) => {
        if (sql === "RELEASE barista_change") waiting?.unsafeInterruptAsFork(FiberId.none)
        return "runs"
      })
      const first = yield* forkToFirstWait(transaction(Effect.zipRight(add("one"), turn)))
      waiting = yield* Effect.fork(add("two"))
      const last = yield* Effect.fork(add("three"))
      yield* Fiber.join(first)
      yield* Fiber.join(last)
      expect(failureOf(yield* Fiber.await(waiting))).toEqual(interrupted)
      expect(yield* steps).toEqual(["one", "three"])
    })))

  it.scoped("keeps a change that only waits for the commit", () =>
    live(Effect.gen(function*() {
      const { add, ran, steps } = yield* make(() => "runs")
      const fiber = yield* forkToFirstWait(add("one"))
      expect(ran.at(-1)).toBe("RELEASE barista_change")
      expect(failureOf(yield* Fiber.interrupt(fiber))).toEqual(interrupted)
      expect(yield* steps).toEqual(["one"])
    })))
})

it.scoped("thirty-two changes are committed at once, and the rest after them", () =>
  live(Effect.gen(function*() {
    const { add, ran } = yield* make(() => "runs")
    yield* Effect.all(Array.from({ length: 80 }, (_, n) => add(String(n))), { concurrency: 80, discard: true })
    const commits = ran.join().split("COMMIT").map((part) => part.split("RELEASE").length - 1)
    expect(commits).toEqual([32, 32, 16, 0])
  })))

const pause = (count: number) => count === 0 ? Effect.void : turns(count)

const change = fc.record({
  pauses: fc.integer({ min: 0, max: 3 }),
  end: fc.constantFrom("succeeds", "succeeds", "succeeds", "fails", "dies"),
  nested: fc.constantFrom("no", "succeeds", "fails"),
  interruptedAfter: fc.option(fc.integer({ min: 0, max: 6 }), { freq: 3 }),
  begins: fc.integer({ min: 0, max: 3 })
})
const fault = fc.record({
  after: fc.integer({ min: 0, max: 60 }),
  fate: fc.constantFrom<Fate>("refused", "undone")
})

describe("groups of changes that succeed, fail, die and are interrupted, with statements that are refused", () => {
  it.scoped.prop(
    "leave exactly what those have written that were told success, in the order of their turns",
    [fc.array(change, { minLength: 1, maxLength: 40 }), fc.array(fault, { maxLength: 3 })],
    ([changes, faults]) =>
      live(Effect.gen(function*() {
        let statements = 0
        const { add, isClean, steps, transaction } = yield* make((sql) => {
          if (sql === "ROLLBACK") return "runs"
          const count = statements++
          return faults.find(({ after }) => after === count)?.fate ?? "runs"
        })
        /** The writes of changes that reached their ends, by change. */
        const written = new Map<number, ReadonlyArray<string>>()

        const body = Effect.fnUntraced(function*({ end, nested, pauses }: typeof changes[number], index: number) {
          const own: Array<string> = []
          const write = (step: string) => Effect.zipRight(add(step), Effect.sync(() => own.push(step)))
          yield* write(`${index}a`)
          yield* pause(pauses)
          if (nested === "succeeds") yield* transaction(write(`${index}b`))
          if (nested === "fails") yield* Effect.ignore(transaction(Effect.zipRight(add("never"), Effect.fail("no"))))
          if (end === "fails") return yield* Effect.fail("no")
          if (end === "dies") return yield* Effect.dieMessage("no")
          yield* write(`${index}c`)
          written.set(index, own)
        })

        const run = Effect.fnUntraced(function*(change: typeof changes[number], index: number) {
          const fiber = yield* Effect.fork(Effect.zipRight(pause(change.begins), transaction(body(change, index))))
          if (change.interruptedAfter === null) return yield* Fiber.await(fiber)
          yield* pause(change.interruptedAfter)
          return yield* Fiber.interrupt(fiber)
        })

        const exits = yield* Effect.forEach(changes, run, { concurrency: changes.length })
        // a change that had ended and was interrupted waited only for the commit
        const kept = exits.map((exit) => Exit.isSuccess(exit) || Cause.isInterruptedOnly(exit.cause))
        const expected = [...written].flatMap(([index, own]) => kept[index] === true ? own : [])
        expect(yield* steps).toEqual(expected)
        expect(yield* isClean).toBe(true)
      })),
    { fastCheck: { numRuns: 30 } }
  )
})
