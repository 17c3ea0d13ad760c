import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { UserId } from "../../src/domain/Ids.ts"
import { Cents } from "../../src/domain/Money.ts"
import { Database } from "../../src/platform/sql/Database.ts"
import { LedgerCheck } from "../../src/transfers/LedgerCheck.ts"
import { LedgerRepo } from "../../src/transfers/LedgerRepo.ts"
import { Transfers } from "../../src/transfers/Transfers.ts"
import { Users } from "../../src/users/Users.ts"
import { UsersRepo } from "../../src/users/UsersRepo.ts"
import { describePostgres, layerOf, migrated } from "../support/postgres.ts"

/** The chapters of one server on a shared database. */
const server = (url: string) =>
  Layer.mergeAll(Transfers.layer, LedgerCheck.layer).pipe(
    Layer.provideMerge(Users.layer),
    Layer.provide([LedgerRepo.layer, Users.directory]),
    Layer.provide(UsersRepo.layer),
    Layer.provideMerge(layerOf(url))
  )

const [one, other] = [UserId.make(1), UserId.make(2)]

describePostgres("opposed transfers on two servers", () => {
  it.scopedLive("never wait for each other, and the check finds no difference meanwhile", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const [first, second] = [yield* Layer.build(server(url)), yield* Layer.build(server(url))]
      yield* Effect.gen(function*() {
        const users = yield* Users
        const { deposit } = yield* Transfers
        yield* users.create({ name: "One", email: "one@example.com" })
        yield* users.create({ name: "Other", email: "other@example.com" })
        yield* deposit(one, Cents.make(10_000))
        yield* deposit(other, Cents.make(10_000))
      }).pipe(Effect.provide(first))
      const moves = (from: UserId, to: UserId) =>
        Effect.flatMap(Transfers, ({ transfer }) =>
          Effect.replicateEffect(transfer(from, to, Cents.make(1)), 20, {
            concurrency: 5
          }))
      const checked = Effect.flatMap(LedgerCheck, ({ run }) => Effect.repeatN(run, 10))
      yield* Effect.all([
        Effect.provide(moves(one, other), first),
        Effect.provide(moves(other, one), second),
        Effect.provide(checked, second)
      ], { concurrency: "unbounded" })
      for (const context of [first, second]) {
        const { counters } = yield* Effect.provide(Database, context)
        expect([counters.lockRetries, counters.lockTimeouts]).toEqual([0, 0])
      }
      const { account } = yield* Effect.provide(Transfers, first)
      expect([(yield* account(one)).balance_cents, (yield* account(other)).balance_cents]).toEqual([10_000, 10_000])
    }))
})
