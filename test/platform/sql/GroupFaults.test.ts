import { Reactivity } from "@effect/experimental"
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { SqlError } from "@effect/sql"
import { describe, expect, it } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, FastCheck as fc, Fiber, FiberId, type Scope } from "effect"
import * as Client from "../../../src/platform/sql/Client.ts"
import * as GroupCommit from "../../../src/platform/sql/GroupCommit.ts"
import { SqliteConnection } from "../../../src/platform/sql/SqliteConnection.ts"
import { turn } from "../../support/turn.ts"

/** The fate of a statement: it runs, is refused, or is refused with the whole transaction, as on a full disk. */
type Fate = "runs" | "refused" | "undone"

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
  const sql = yield* Client.make({ connection, ...changes })
  return {
    ran,
    add: (step: string) => sql`INSERT INTO steps (step) VALUES (${step})`,
    transaction: changes.transaction,
    steps: Effect.map(
      Effect.suspend(() => connection.execute("SELECT step FROM steps ORDER BY n", [])),
      (rows) => JSON.stringify(rows)
    ),
    isClean: Effect.sync(() => !connection.inTransaction)
  }
})

const rowsOf = (...steps: ReadonlyArray<string>) => JSON.stringify(steps.map((step) => ({ step })))

const live = <A, E>(effect: Effect.Effect<A, E, FileSystem.FileSystem | Reactivity.Reactivity | Scope.Scope>) =>
  Effect.provide(effect, [NodeContext.layer, Reactivity.layer])

/** Matches the nth occurrence of a statement. */
const nth = (text: string, n: number, fate: Fate) => {
  let count = 0
  return (sql: string): Fate => sql === text && ++count === n ? fate : "runs"
}

describe("a group of changes", () => {
  const faults = [
    ["COMMIT", 1],
    ["SAVEPOINT barista_change", 2],
    ["RELEASE barista_change", 2],
    ["ROLLBACK TO barista_change", 1]
  ] as const
  for (const [statement, n] of faults) {
    for (const fate of ["refused", "undone"] as const) {
      it.scoped(`is told that it failed where ${statement} is ${fate}, and the next one goes on`, () =>
        live(Effect.gen(function*() {
          const { add, isClean, steps, transaction } = yield* make(nth(statement, n, fate))
          const fail = transaction(Effect.zipRight(add("failing"), Effect.fail("no")))
          const group = yield* Effect.forEach(
            [add("one"), add("two"), fail],
            (change) => Effect.fork(Effect.exit(change)),
            {
              concurrency: 1
            }
          )
          const exits = yield* Effect.forEach(group, Fiber.join, { concurrency: 1 })
          expect(exits.slice(0, 2).map(Exit.isFailure)).toEqual([true, true])
          expect(yield* steps).toBe(rowsOf())
          expect(yield* isClean).toBe(true)
          yield* transaction(add("next"))
          expect(yield* steps).toBe(rowsOf("next"))
        })))
    }
  }

  it.scoped("admits no further change to a group whose transaction could not begin", () =>
    live(Effect.gen(function*() {
      const { add, steps } = yield* make(nth("BEGIN IMMEDIATE", 1, "refused"))
      const group = yield* Effect.forEach(["one", "two"], (step) => Effect.fork(Effect.exit(add(step))), {
        concurrency: 1
      })
      const exits = yield* Effect.forEach(group, Fiber.join, { concurrency: 1 })
      expect(exits.map(Exit.isFailure)).toEqual([true, false])
      expect(yield* steps).toBe(rowsOf("two"))
    })))

  it.scoped("runs nothing more of a change whose transaction SQLite has undone", () =>
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
      expect((yield* Effect.exit(stubborn))._tag).toBe("Failure")
      expect(yield* steps).toBe(rowsOf())
    })))

  it.scoped("undoes a change that has caught the failure of a nested one that could not be undone", () =>
    live(Effect.gen(function*() {
      const { add, steps, transaction } = yield* make(nth("ROLLBACK TO barista_1", 1, "refused"))
      const nested = Effect.ignore(transaction(Effect.zipRight(add("two"), Effect.fail("no"))))
      expect((yield* Effect.exit(transaction(Effect.zipRight(add("one"), nested))))._tag).toBe("Failure")
      expect(yield* steps).toBe(rowsOf())
    })))

  it.scoped("passes on a turn that comes in the very moment of the interruption", () =>
    live(Effect.gen(function*() {
      let waiting: Fiber.RuntimeFiber<unknown, unknown> | undefined
      const { add, steps, transaction } = yield* make((sql) => {
        if (sql === "RELEASE barista_change") waiting?.unsafeInterruptAsFork(FiberId.none)
        return "runs"
      })
      const first = yield* Effect.fork(transaction(Effect.zipRight(add("one"), turn)))
      yield* Effect.yieldNow()
      waiting = yield* Effect.fork(add("two"))
      const last = yield* Effect.fork(add("three"))
      yield* Fiber.join(first)
      yield* Fiber.join(last)
      expect((yield* Fiber.await(waiting))._tag).toBe("Failure")
      expect(yield* steps).toBe(rowsOf("one", "three"))
    })))

  it.scoped("keeps a change that is interrupted while it waits for the commit", () =>
    live(Effect.gen(function*() {
      const { add, ran, steps } = yield* make(() => "runs")
      const fiber = yield* Effect.fork(add("one"))
      yield* Effect.yieldNow()
      expect(ran.at(-1)).toBe("RELEASE barista_change")
      expect((yield* Fiber.interrupt(fiber))._tag).toBe("Failure")
      expect(yield* steps).toBe(rowsOf("one"))
    })))

  it.scoped("commits thirty-two changes at once, and the rest after them", () =>
    live(Effect.gen(function*() {
      const { add, ran } = yield* make(() => "runs")
      yield* Effect.all(Array.from({ length: 80 }, (_, n) => add(String(n))), { concurrency: 80, discard: true })
      const sizes = ran.join().split("COMMIT").map((part) => part.split("RELEASE").length - 1)
      expect(sizes).toEqual([32, 32, 16, 0])
    })))
})

const pause = (turns: number) => turns === 0 ? Effect.void : Effect.repeatN(turn, turns - 1)

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
        expect(yield* steps).toBe(rowsOf(...expected))
        expect(yield* isClean).toBe(true)
      })),
    { fastCheck: { numRuns: 60 } }
  )
})
