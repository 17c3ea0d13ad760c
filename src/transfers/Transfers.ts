import { Array, Clock, Context, DateTime, Effect, Layer, Option } from "effect"
import { UserId } from "../domain/Ids.ts"
import { type AmountCents, Cents, format } from "../domain/Money.ts"
import { InvalidInput } from "../domain/Problem.ts"
import { text } from "../domain/Text.ts"
import { UserDirectory } from "../domain/UserDirectory.ts"
import type { Window } from "../domain/Window.ts"
import { traced } from "../platform/observability/Tracing.ts"
import { Database } from "../platform/sql/Database.ts"
import { orDefect } from "../platform/sql/orDefect.ts"
import { Account, AccountNotFound, BalanceTooLarge, Entry, InsufficientFunds } from "./Api.ts"
import { type EntryRow, LedgerRepo } from "./LedgerRepo.ts"

/** The account from which deposits come, the only one that may be negative. */
const outside = 0

type Amount = typeof AmountCents.Type

interface Movement {
  readonly kind: "deposit" | "transfer"
  readonly from: UserId | typeof outside
  readonly to: UserId
  readonly amount: Amount
}

const toEntry = ({ counterpart_id, created_at, ...row }: EntryRow): Entry =>
  new Entry({
    id: row.id,
    transaction_id: row.transaction_id,
    kind: row.kind,
    amount_cents: row.amount_cents,
    balance_cents: row.balance_cents,
    amount: format(row.amount_cents),
    counterpart: counterpart_id === outside ? null : UserId.make(counterpart_id),
    created_at: DateTime.formatIso(DateTime.unsafeMake(created_at))
  })

/**
 * The handbook's transfer of money, on a double-entry, append-only ledger in whole cents. Every movement is one
 * immediate transaction with two entries that sum to zero. So the sum over all accounts, the outside one included,
 * stays zero.
 */
export class Transfers extends Context.Tag("barista/transfers/Transfers")<Transfers, {
  /** Moves `amount` (cents), or changes nothing. */
  readonly transfer: (
    from: UserId,
    to: UserId,
    amount: Amount
  ) => Effect.Effect<
    { readonly transaction_id: number },
    InvalidInput | AccountNotFound | InsufficientFunds | BalanceTooLarge
  >
  /** Moves money from the outside account to a user. */
  readonly deposit: (user: UserId, amount: Amount) => Effect.Effect<Entry, AccountNotFound | BalanceTooLarge>
  readonly account: (user: UserId) => Effect.Effect<Account, AccountNotFound>
  /** Lists at most `limit` entries, newest first, older than the entry `after`. */
  readonly entries: (user: UserId, window: Window) => Effect.Effect<ReadonlyArray<Entry>, AccountNotFound>
}>() {
  static readonly layer = Layer.effect(
    Transfers,
    Effect.gen(function*() {
      const repo = yield* LedgerRepo
      const users = yield* UserDirectory
      const { transaction } = yield* Database

      const known = (...ids: ReadonlyArray<UserId>) =>
        Effect.flatMap(
          users.missing(ids),
          Option.match({ onNone: () => Effect.void, onSome: (user_id) => new AccountNotFound({ user_id }) })
        )

      const balanceOf = (id: number) =>
        Effect.map(
          orDefect(repo.balance(id)),
          Option.match({ onNone: () => Cents.make(0), onSome: ({ balance_cents }) => balance_cents })
        )

      const refuse = Effect.fnUntraced(function*({ amount, from, to }: Movement) {
        const balance_cents = yield* balanceOf(from)
        return yield* from === outside || balance_cents >= amount
          ? new BalanceTooLarge({ user_id: to })
          : new InsufficientFunds({ user_id: from, balance_cents, amount_cents: amount })
      })

      /** Moves money and returns the new balances of payer and payee. */
      const shift = Effect.fnUntraced(function*(movement: Movement) {
        const { amount, from, to } = movement
        yield* repo.lock(from, to)
        const left = yield* from === outside
          ? repo.add({ account_id: from, amount_cents: Cents.make(-amount) })
          : repo.withdraw({ account_id: from, amount_cents: amount })
        if (Option.isNone(left)) return yield* refuse(movement)
        const grown = yield* repo.add({ account_id: to, amount_cents: amount })
        if (Option.isNone(grown)) return yield* new BalanceTooLarge({ user_id: to })
        return [left.value, grown.value] as const
      })

      /** Records a movement with its two entries inside the caller's transaction; returns the payee's entry. */
      const move = Effect.fnUntraced(function*(movement: Movement) {
        const { amount, from, kind, to } = movement
        const [left, grown] = yield* shift(movement)
        const created_at = yield* Clock.currentTimeMillis
        const { id: transaction_id } = yield* repo.insertTransaction({ kind, created_at })
        const debit = {
          transaction_id,
          account_id: from,
          counterpart_id: to,
          amount_cents: Cents.make(-amount),
          ...left
        }
        const credit = { transaction_id, account_id: to, counterpart_id: from, amount_cents: amount, ...grown }
        const entered = yield* repo.insertEntries([debit, credit])
        const { id } = yield* Array.findFirst(entered, ({ account_id }) => account_id === to)
        return { ...credit, id, kind, created_at }
      })

      const transfer = Effect.fnUntraced(function*(from: UserId, to: UserId, amount: Amount) {
        if (from === to) {
          return yield* InvalidInput.of(
            ["body", "to_user"],
            text("doit être un autre utilisateur que from_user", "must be another user than from_user"),
            "value_error"
          )
        }
        yield* known(from, to)
        return yield* move({ kind: "transfer", from, to, amount })
      })

      const deposit = Effect.fnUntraced(function*(to: UserId, amount: Amount) {
        yield* known(to)
        return yield* Effect.catchTag(
          move({ kind: "deposit", from: outside, to, amount }),
          "InsufficientFunds",
          // the outside account has no lower bound
          Effect.die
        )
      })

      return {
        transfer: (from, to, amount) => traced("Transfers.transfer")(orDefect(transaction(transfer(from, to, amount)))),
        deposit: (user_id, amount) =>
          traced("Transfers.deposit")(Effect.map(orDefect(transaction(deposit(user_id, amount))), toEntry)),
        account: (user_id) =>
          traced("Transfers.account")(
            Effect.zipRight(known(user_id), Effect.map(balanceOf(user_id), (cents) => Account.of(user_id, cents)))
          ),
        entries: Effect.fnUntraced(function*(user_id, { after, limit }) {
          yield* known(user_id)
          const rows = yield* orDefect(repo.entries({ account_id: user_id, limit, after }))
          return rows.map(toEntry)
        }, traced("Transfers.entries"))
      }
    })
  )
}

/** Gives two of the sample users their first money: 100.00 and 50.00. */
export const sample = Effect.fnUntraced(function*(first: UserId, second: UserId) {
  const transfers = yield* Transfers
  yield* transfers.deposit(first, Cents.make(10_000))
  yield* transfers.deposit(second, Cents.make(5_000))
})
