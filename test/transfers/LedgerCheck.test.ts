import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { Effect, Either, FastCheck as fc, Fiber, Layer, Option } from "effect"
import { spawnSync } from "node:child_process"
import { sqliteFile } from "../../src/domain/DatabaseUrl.ts"
import { UserId } from "../../src/domain/Ids.ts"
import { Cents } from "../../src/domain/Money.ts"
import { Database } from "../../src/platform/sql/Database.ts"
import { LedgerCheck } from "../../src/transfers/LedgerCheck.ts"
import { LedgerRepo } from "../../src/transfers/LedgerRepo.ts"
import { Transfers } from "../../src/transfers/Transfers.ts"
import { Users } from "../../src/users/Users.ts"
import { UsersRepo } from "../../src/users/UsersRepo.ts"
import * as TestDatabase from "../support/Database.ts"
import { numRuns, onDialect } from "../support/dialect.ts"
import { TestServer } from "../support/TestServer.ts"
import { turn } from "../support/turn.ts"

/** The ledger with a check of few entries a page. Other fibers run and commit between two pages. */
const services = (entries: number) =>
  Layer.mergeAll(Transfers.layer, LedgerCheck.layerOfPages(entries)).pipe(
    Layer.provideMerge(Users.layer),
    Layer.provide(Users.directory),
    Layer.provide(UsersRepo.layer),
    Layer.provide(Layer.effect(
      LedgerRepo,
      Effect.map(LedgerRepo, (repo) => ({
        ...repo,
        sums: (page: Parameters<typeof repo.sums>[0]) => Effect.zipRight(turn, repo.sums(page))
      }))
    )),
    Layer.provide(LedgerRepo.layer),
    Layer.provideMerge(TestDatabase.layer)
  )

const people = 5

/** Makes five users; the first three begin with 10.00, by ten deposits each. */
const begin = Effect.gen(function*() {
  const users = yield* Users
  const transfers = yield* Transfers
  for (let user = 1; user <= people; user++) {
    yield* users.create({ name: `User ${user}`, email: `user${user}@example.com` })
    if (user <= 3) yield* Effect.repeatN(transfers.deposit(UserId.make(user), Cents.make(100)), 9)
  }
})

const check = Effect.flatMap(LedgerCheck, ({ run }) => Effect.either(run))

const pages = [2, 7, 500]

describe("the check of the ledger", () => {
  it.effect.each(pages)(
    "passes an empty ledger and one that adds up (%s entries a page)",
    (entries) =>
      Effect.gen(function*() {
        const { writer: sql } = yield* Database
        expect(yield* check).toEqual(Either.right(undefined))
        yield* begin
        yield* sql`INSERT INTO accounts (id, balance_cents) VALUES (4, 0)`
        expect(yield* check).toEqual(Either.right(undefined))
      }).pipe(Effect.provide(services(entries)))
  )

  const corruptions = [
    [0, "the outside account has a balance of -25.00 (-2500 cents), but its entries sum to -30.00 (-3000 cents)"],
    [1, "account 1 has a balance of 15.00 (1500 cents), but its entries sum to 10.00 (1000 cents)"],
    [3, "account 3 has a balance of 15.00 (1500 cents), but its entries sum to 10.00 (1000 cents)"],
    [4, "account 4 has a balance of 5.00 (500 cents), but its entries sum to 0.00 (0 cents)"]
  ] as const
  it.effect.each(pages.flatMap((entries) => corruptions.map(([account, says]) => [entries, account, says] as const)))(
    "%s entries a page, account %s: %s",
    ([entries, account, says]) =>
      Effect.gen(function*() {
        yield* begin
        const { writer: sql } = yield* Database
        yield* sql`INSERT INTO accounts (id, balance_cents) VALUES (4, 0)`
        yield* sql`UPDATE accounts SET balance_cents = balance_cents + 500 WHERE id = ${account}`
        const found = yield* Effect.flip(yield* Effect.map(LedgerCheck, ({ run }) => run))
        expect(found).toMatchObject({ _tag: "BalanceDiffers", account_id: account })
        expect(found.message).toBe(`the ledger is wrong: ${says}`)
      }).pipe(Effect.provide(services(entries)))
  )

  it.effect.each(pages)(
    "finds money without a source, and a missing account (%s entries a page)",
    (entries) =>
      Effect.gen(function*() {
        yield* begin
        const { writer: sql } = yield* Database
        const unchecked = onDialect({
          sqlite: ["PRAGMA foreign_keys = OFF"],
          postgres: ["accounts", "ledger_entries"].map((table) => `ALTER TABLE ${table} DISABLE TRIGGER ALL`)
        })
        for (const statement of unchecked) yield* sql`${sql.literal(statement)}`
        yield* sql`DELETE FROM accounts WHERE id = 2`
        expect(yield* check).toMatchObject({ left: { _tag: "LedgerUnbalanced", sum_cents: -1000 } })
        yield* sql`INSERT INTO accounts (id, balance_cents) VALUES (2, 1000)`
        expect(yield* check).toEqual(Either.right(undefined))
        yield* sql`
        INSERT INTO ledger_entries (transaction_id, account_id, counterpart_id, amount_cents, balance_cents)
        VALUES (1, 2, 0, 7, 1007)`
        yield* sql`UPDATE accounts SET balance_cents = 1007 WHERE id = 2`
        const found = yield* Effect.flip(yield* Effect.map(LedgerCheck, ({ run }) => run))
        expect(found.message).toBe(
          "the ledger is wrong: all accounts together, the outside one included, hold 0.07 (7 cents) instead of 0.00 (0 cents)"
        )
      }).pipe(Effect.provide(services(entries)))
  )

  const movement = fc.record({
    from: fc.integer({ min: 0, max: people }),
    to: fc.integer({ min: 1, max: people }),
    amount: fc.integer({ min: 1, max: 500 })
  })
  it.effect.prop(
    "passes while money moves",
    [fc.array(movement, { minLength: 10, maxLength: 60 }), fc.integer({ min: 2, max: 5 })],
    ([movements, entries]) =>
      Effect.gen(function*() {
        yield* begin
        const transfers = yield* Transfers
        const moving = yield* Effect.fork(Effect.forEach(movements, ({ amount, from, to }) => {
          const [payee, cents] = [UserId.make(to), Cents.make(amount)]
          const move = from === 0
            ? transfers.deposit(payee, cents)
            : transfers.transfer(UserId.make(from), payee, cents)
          return Effect.zipRight(Effect.ignore(move), Effect.yieldNow())
        }, { concurrency: 1, discard: true }))
        let checks = 0
        while (Option.isNone(yield* Fiber.poll(moving))) {
          expect(yield* check).toEqual(Either.right(undefined))
          checks++
        }
        expect(checks).toBeGreaterThan(0)
        expect(yield* check).toEqual(Either.right(undefined))
      }).pipe(Effect.provide(services(entries))),
    { fastCheck: { numRuns: numRuns(10) } }
  )
})

describe("a ledger that does not add up", () => {
  it.scopedLive("stops the start with both figures", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
      const file = `${dataDir}/ledger.sqlite`
      yield* Effect.provide(TestServer, TestServer.layer({ databaseUrl: Option.some(sqliteFile(file)) }))
      const corrupt = new Sqlite(file)
      corrupt.exec("UPDATE accounts SET balance_cents = 6000 WHERE id = 2")
      corrupt.close()
      const { status, stderr } = spawnSync(process.execPath, ["dist/main.js"], {
        env: { DATA_DIR: dataDir, DATABASE_URL: `sqlite:${file}`, PORT: "0" },
        encoding: "utf8",
        // a server that starts despite the error would run forever
        timeout: 15_000
      })
      expect(stderr).toBe(
        "barista cannot start:\n" +
          "  the ledger is wrong: account 2 has a balance of 60.00 (6000 cents), but its entries sum to 50.00 (5000 cents)\n"
      )
      expect(status).toBe(1)
    }).pipe(Effect.provide(NodeContext.layer)))
})
