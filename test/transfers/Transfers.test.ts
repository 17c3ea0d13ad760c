import { SqlError } from "@effect/sql"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, FastCheck as fc, Fiber, Layer, TestClock } from "effect"
import { UserId } from "../../src/domain/Ids.ts"
import { Cents } from "../../src/domain/Money.ts"
import { Database } from "../../src/platform/sql/Database.ts"
import { LedgerRepo } from "../../src/transfers/LedgerRepo.ts"
import { Transfers } from "../../src/transfers/Transfers.ts"
import { Users } from "../../src/users/Users.ts"
import { UsersRepo } from "../../src/users/UsersRepo.ts"
import * as TestDatabase from "../support/Database.ts"
import { numRuns } from "../support/dialect.ts"
import { failureOf } from "../support/exits.ts"

const id = UserId.make
const cents = Cents.make

/** Makes four users; the first three begin with 100.00, 50.00 and 0.00. */
const people = Effect.gen(function*() {
  const users = yield* Users
  const transfers = yield* Transfers
  for (const name of ["Alice", "Bob", "Chloé", "Dan"]) {
    yield* users.create({ name, email: `${name.toLowerCase()}@example.com` })
  }
  yield* transfers.deposit(id(1), cents(10_000))
  yield* transfers.deposit(id(2), cents(5_000))
})

const balances = Effect.gen(function*() {
  const transfers = yield* Transfers
  return yield* Effect.forEach(
    [1, 2, 3, 4],
    (user) => Effect.map(transfers.account(id(user)), (account) => account.balance_cents),
    { concurrency: 1 }
  )
})

/**
 * Asserts the ledger's invariants: all entries sum to zero, nobody is negative, and balances are the sums of their
 * entries.
 */
const audit = Effect.gen(function*() {
  const { writer: sql } = yield* Database
  const [row] = yield* sql<{ sum: number; least: number; wrong: number; halves: number }>`
    SELECT
      (SELECT COALESCE(SUM(balance_cents), 0) FROM accounts) AS sum,
      (SELECT MIN(balance_cents) FROM accounts WHERE id <> 0) AS least,
      (SELECT COUNT(*) FROM accounts AS a
        WHERE a.balance_cents <> (SELECT COALESCE(SUM(amount_cents), 0) FROM ledger_entries WHERE account_id = a.id)) AS wrong,
      (SELECT COUNT(*) FROM ledger_transactions AS t
        WHERE (SELECT COUNT(*) FROM ledger_entries WHERE transaction_id = t.id) <> 2
          OR (SELECT SUM(amount_cents) FROM ledger_entries WHERE transaction_id = t.id) <> 0) AS halves`
  expect(row).toMatchObject({ sum: 0, wrong: 0, halves: 0 })
  expect(row?.least).toBeGreaterThanOrEqual(0)
})

const chapters = Layer.mergeAll(Transfers.layer, Users.layer).pipe(
  Layer.provide(Users.directory),
  Layer.provideMerge(UsersRepo.layer)
)

const services = chapters.pipe(Layer.provideMerge(LedgerRepo.layer), Layer.provideMerge(TestDatabase.layer))

/** Runs the ledger with one query replaced, to fail in the middle of a transaction. */
const withRepo = (change: (repo: LedgerRepo["Type"]) => LedgerRepo["Type"]) =>
  chapters.pipe(
    Layer.provideMerge(Layer.effect(LedgerRepo, Effect.map(LedgerRepo, change))),
    Layer.provide(LedgerRepo.layer),
    Layer.provideMerge(TestDatabase.layer)
  )

describe("Transfers", () => {
  it.effect("moves money with two entries, and the payee sees the payer", () =>
    Effect.gen(function*() {
      yield* people
      const transfers = yield* Transfers
      yield* transfers.transfer(id(1), id(2), cents(1_050))
      expect(yield* balances).toEqual([8_950, 6_050, 0, 0])
      const [entry] = yield* transfers.entries(id(2), { limit: 10, after: undefined })
      expect(entry).toMatchObject({ kind: "transfer", amount: "10.50", balance_cents: 6_050, counterpart: 1 })
      yield* audit
    }).pipe(Effect.provide(services)))

  it.effect("refuses overdrafts, unknown accounts and paying oneself, and changes nothing", () =>
    Effect.gen(function*() {
      yield* people
      const transfers = yield* Transfers
      const before = yield* balances
      expect(yield* Effect.flip(transfers.transfer(id(1), id(2), cents(10_001)))).toMatchObject({
        _tag: "InsufficientFunds",
        balance_cents: 10_000,
        amount_cents: 10_001
      })
      expect(yield* Effect.flip(transfers.transfer(id(1), id(9), cents(1)))).toMatchObject({
        _tag: "AccountNotFound",
        user_id: 9
      })
      expect(yield* Effect.flip(transfers.transfer(id(9), id(1), cents(1)))).toMatchObject({
        _tag: "AccountNotFound",
        user_id: 9
      })
      expect(yield* Effect.flip(transfers.transfer(id(1), id(1), cents(1)))).toMatchObject({ _tag: "InvalidInput" })
      expect(yield* balances).toEqual(before)
      yield* audit
    }).pipe(Effect.provide(services)))

  it.effect("ten transfers of 0.10 move exactly 1.00", () =>
    Effect.gen(function*() {
      yield* people
      const transfers = yield* Transfers
      yield* Effect.repeatN(transfers.transfer(id(1), id(3), cents(10)), 9)
      expect(yield* balances).toEqual([9_900, 5_000, 100, 0])
    }).pipe(Effect.provide(services)))

  it.effect("a balance stops where numbers cease to be exact, and other accounts are unaffected", () =>
    Effect.gen(function*() {
      yield* people
      const transfers = yield* Transfers
      const { writer: sql } = yield* Database
      const most = Number.MAX_SAFE_INTEGER
      yield* sql`UPDATE accounts SET balance_cents = ${most - 5} WHERE id = 2`
      expect(yield* Effect.flip(transfers.transfer(id(1), id(2), cents(6)))).toMatchObject({
        _tag: "BalanceTooLarge",
        user_id: 2
      })
      expect(yield* Effect.flip(transfers.deposit(id(2), cents(6)))).toMatchObject({ _tag: "BalanceTooLarge" })
      yield* sql`UPDATE accounts SET balance_cents = ${5 - most} WHERE id = 0`
      expect(yield* Effect.flip(transfers.deposit(id(3), cents(6)))).toMatchObject({
        _tag: "BalanceTooLarge",
        user_id: 3
      })
      yield* transfers.transfer(id(1), id(3), cents(6))
      expect(yield* balances).toEqual([9_994, most - 5, 6, 0])
    }).pipe(Effect.provide(services)))

  it.effect("the ledger refuses to be rewritten", () =>
    Effect.gen(function*() {
      yield* people
      const { writer: sql } = yield* Database
      for (const statement of [sql`UPDATE ledger_entries SET amount_cents = 1`, sql`DELETE FROM ledger_transactions`]) {
        expect(yield* Effect.flip(statement)).toBeInstanceOf(SqlError.SqlError)
      }
      yield* audit
    }).pipe(Effect.provide(services)))

  it.effect("a failure between the two accounts rolls everything back", () =>
    Effect.gen(function*() {
      yield* people
      const transfers = yield* Transfers
      const before = yield* balances
      const exit = yield* Effect.exit(transfers.transfer(id(1), id(3), cents(666)))
      expect(failureOf(exit)).toMatchObject({ message: "disk full" })
      expect(yield* balances).toEqual(before)
      yield* audit
    }).pipe(Effect.provide(withRepo((repo) => ({
      ...repo,
      add: (change) =>
        change.amount_cents === 666
          ? Effect.fail(new SqlError.SqlError({ cause: "disk full", message: "disk full" }))
          : repo.add(change)
    })))))

  for (const how of ["interruption", "timeout"] as const) {
    it.effect(`${how} between the two accounts rolls everything back, and the next transfer goes on`, () =>
      Effect.gen(function*() {
        const reached = yield* Deferred.make<void>()
        const layer = withRepo((repo) => ({
          ...repo,
          add: (change) =>
            change.amount_cents === 666
              ? Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)
              : repo.add(change)
        }))
        yield* Effect.gen(function*() {
          yield* people
          const transfers = yield* Transfers
          const before = yield* balances
          const transfer = transfers.transfer(id(1), id(3), cents(666))
          const fiber = yield* Effect.fork(how === "timeout" ? Effect.timeout(transfer, "5 seconds") : transfer)
          yield* Deferred.await(reached)
          if (how === "timeout") {
            yield* TestClock.adjust("4999 millis")
            expect(yield* Fiber.poll(fiber)).toMatchObject({ _tag: "None" })
            yield* TestClock.adjust("1 millis")
          } else {
            yield* Fiber.interrupt(fiber)
          }
          expect(failureOf(yield* Fiber.await(fiber))).toMatchObject({
            _tag: how === "timeout" ? "TimeoutException" : "InterruptedException"
          })
          expect(yield* balances).toEqual(before)
          yield* transfers.transfer(id(1), id(3), cents(1))
          yield* audit
        }).pipe(Effect.provide(layer))
      }))
  }
})

const step = fc.record({
  from: fc.integer({ min: 1, max: 5 }),
  to: fc.integer({ min: 1, max: 5 }),
  amount: fc.integer({ min: 1, max: 8_000 }),
  fate: fc.constantFrom("run", "run", "run", "fail", "interrupt")
})

describe("money", () => {
  it.effect.prop(
    "is conserved and never negative over random transfers with random failure and interruption in their middle",
    [fc.array(step, { minLength: 1, maxLength: 25 })],
    ([steps]) =>
      Effect.gen(function*() {
        const fates = new Map<number, string>()
        let written = 0
        const fateful = <A, E>(step: Effect.Effect<A, E>) =>
          Effect.zipRight(
            Effect.yieldNow(),
            Effect.suspend(() => fates.get(written++) === "fail" ? Effect.dieMessage("unplugged") : step)
          )
        const layer = withRepo((repo) => ({
          ...repo,
          add: (change) => fateful(repo.add(change)),
          insertEntries: (entries) => fateful(repo.insertEntries(entries))
        }))
        yield* Effect.gen(function*() {
          yield* people
          const transfers = yield* Transfers
          written = 0
          yield* Effect.forEach(steps, ({ amount, fate, from, to }, index) => {
            if (fate === "fail") fates.set(index, fate)
            const transfer = Effect.ignore(transfers.transfer(id(from), id(to), cents(amount)))
            return fate === "interrupt"
              ? Effect.flatMap(Effect.fork(transfer), (fiber) =>
                Effect.zipRight(Effect.yieldNow(), Effect.asVoid(Fiber.interrupt(fiber))))
              : Effect.asVoid(Effect.exit(transfer))
          }, { concurrency: 4, discard: true })
          yield* audit
        }).pipe(Effect.provide(layer))
      }),
    { fastCheck: { numRuns: numRuns(25) } }
  )
})
