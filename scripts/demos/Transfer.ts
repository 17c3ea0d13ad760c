import { NodeContext } from "@effect/platform-node"
import { Context, Effect, Layer } from "effect"
import { UserId } from "../../src/domain/Ids.ts"
import { Cents } from "../../src/domain/Money.ts"
import { Database } from "../../src/platform/sql/Database.ts"
import * as SqliteDatabase from "../../src/platform/sql/sqlite/SqliteDatabase.ts"
import { LedgerRepo } from "../../src/transfers/LedgerRepo.ts"
import * as Transfers from "../../src/transfers/Transfers.ts"
import * as Users from "../../src/users/Users.ts"
import { UsersRepo } from "../../src/users/UsersRepo.ts"
import * as Demo from "./stage/Demo.ts"
import { Stage } from "./stage/Stage.ts"
import * as TemporaryData from "./stage/TemporaryData.ts"

const [alice, bob] = [UserId.make(1), UserId.make(2)]
const euros = (amount: number) => Cents.make(amount * 100)

/** Tells transfers to stop half-way while true: the payer's money is gone and the payee has none yet. */
class StuckHalfway
  extends Context.Reference<StuckHalfway>()("barista/demos/StuckHalfway", { defaultValue: () => false })
{}

const ledger = Layer.effect(
  LedgerRepo,
  Effect.gen(function*() {
    const { say } = yield* Stage
    const repo = yield* LedgerRepo
    const stuck = Effect.zipRight(say("the payer's balance is written, the payee's does not come"), Effect.never)
    return {
      ...repo,
      add: (change) =>
        Effect.flatMap(StuckHalfway, (halfway) => halfway && change.amount_cents > 0 ? stuck : repo.add(change))
    }
  })
).pipe(Layer.provide(LedgerRepo.layer))

const tellBalances = Effect.gen(function*() {
  const { say } = yield* Stage
  const { account } = yield* Transfers.Transfers
  const { reader } = yield* Database
  const [ofAlice, ofBob] = yield* Effect.all([account(alice), account(bob)], { concurrency: 2 })
  const [row] = yield* reader<{ readonly sum: number }>`SELECT SUM(balance_cents) AS sum FROM accounts`
  yield* say(`Alice ${ofAlice.balance}, Bob ${ofBob.balance}; the sum with the outside account is ${row?.sum}`)
})

export const transfer = Demo.make({
  name: "transfer",
  shows: [
    "A transfer between two accounts of a real SQLite file; then one that is interrupted between its two halves,",
    "and one beyond the balance. Both are rolled back: the balances stay, and the sum of all is always 0."
  ],
  needs: "files",
  operations: ["Transfers.transfer"],
  services: Layer.effectDiscard(Effect.flatMap(Users.sample, ({ alice, bob }) => Transfers.sample(alice.id, bob.id)))
    .pipe(
      Layer.provideMerge(Layer.merge(Transfers.Transfers.layer, Users.Users.layer)),
      Layer.provide([ledger, Users.Users.directory]),
      Layer.provideMerge(UsersRepo.layer),
      Layer.provideMerge(SqliteDatabase.layer),
      Layer.provide([TemporaryData.layer, NodeContext.layer])
    ),
  program: Effect.gen(function*() {
    const { part, say } = yield* Stage
    const { transfer } = yield* Transfers.Transfers
    yield* tellBalances
    yield* part("transferred", transfer(alice, bob, euros(30)))
    yield* say("30 from Alice to Bob")
    yield* tellBalances

    const interrupted = transfer(alice, bob, euros(30)).pipe(
      Effect.provideService(StuckHalfway, true),
      Effect.timeoutOption("1 second")
    )
    const meanwhile = Effect.delay(Effect.zipRight(say("what others see meanwhile:"), tellBalances), "500 millis")
    yield* part("interrupted", Effect.all([interrupted, meanwhile], { concurrency: 2 }))
    yield* tellBalances

    const { problem } = yield* part("refused", Effect.flip(transfer(alice, bob, euros(1000))))
    yield* say(`1000 from Alice to Bob: ${problem.detail.fr}`)
    yield* tellBalances
  })
})
