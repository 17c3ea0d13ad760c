import { Array, Clock, Context, DateTime, Effect, Layer, Option } from "effect"
import { UserId } from "../domain/Ids.ts"
import { type AmountCents, Cents, format } from "../domain/Money.ts"
import { InvalidInput } from "../domain/Problem.ts"
import { UserDirectory } from "../domain/UserDirectory.ts"
import { Database } from "../platform/sql/Database.ts"
import { orDefect } from "../platform/sql/orDefect.ts"
import { Account, AccountNotFound, Entry, InsufficientFunds } from "./Api.ts"
import { type EntryRow, LedgerRepo } from "./LedgerRepo.ts"

/** Where deposits come from: the one account that may be negative. */
const outside = 0

type Amount = typeof AmountCents.Type

interface Movement {
  readonly kind: "deposit" | "transfer"
  readonly from: number
  readonly to: number
  readonly amount: Amount
}

interface Window {
  readonly limit: number
  readonly after: number | undefined
}

const toEntry = ({ counterpart_id, created_at, ...row }: typeof EntryRow.Type): Entry =>
  new Entry({
    ...row,
    amount: format(row.amount_cents),
    counterpart: counterpart_id === outside ? null : UserId.make(counterpart_id),
    created_at: DateTime.formatIso(DateTime.unsafeMake(created_at))
  })

const make = Effect.gen(function*() {
  const repo = yield* LedgerRepo
  const users = yield* UserDirectory
  const { transaction } = yield* Database

  const known = Effect.fnUntraced(function*(user_id: UserId) {
    if (!(yield* users.exists(user_id))) return yield* new AccountNotFound({ user_id })
  })

  const balanceOf = (id: number) =>
    Effect.map(
      Effect.orDie(repo.balance(id)),
      Option.match({ onNone: () => Cents.make(0), onSome: ({ balance_cents }) => balance_cents })
    )

  /** The entry that adds `amount_cents` (signed) to an account; none where a user's account would become negative. */
  const enter = Effect.fnUntraced(function*(
    entry: {
      readonly transaction_id: number
      readonly account_id: number
      readonly counterpart_id: number
      readonly amount_cents: Cents
    }
  ) {
    const changed = yield* repo.change(entry)
    if (Option.isNone(changed)) return Option.none<number>()
    const { id } = yield* repo.insertEntry({ ...entry, ...changed.value })
    return Option.some(id)
  })

  /** Both entries of a movement, inside the caller's transaction; the credited account's entry, or none if the payer has too little. */
  const move = Effect.fnUntraced(function*({ amount, from, kind, to }: Movement) {
    const created_at = yield* Clock.currentTimeMillis
    yield* repo.open(from)
    yield* repo.open(to)
    const { id: transaction_id } = yield* repo.insertTransaction({ kind, created_at })
    const debit = { transaction_id, account_id: from, counterpart_id: to, amount_cents: Cents.make(-amount) }
    if (Option.isNone(yield* enter(debit))) {
      return Option.none<{ readonly id: number; readonly transaction_id: number }>()
    }
    const credit = yield* enter({ transaction_id, account_id: to, counterpart_id: from, amount_cents: amount })
    return Option.map(credit, (id) => ({ id, transaction_id }))
  })

  const transfer = Effect.fnUntraced(function*(from_user: UserId, to_user: UserId, amount: Amount) {
    if (from_user === to_user) {
      return yield* InvalidInput.of(["body", "to_user"], "must be another user than from_user", "value_error")
    }
    yield* known(from_user)
    yield* known(to_user)
    const moved = yield* move({ kind: "transfer", from: from_user, to: to_user, amount })
    if (Option.isSome(moved)) return moved.value
    return yield* new InsufficientFunds({
      user_id: from_user,
      balance_cents: yield* balanceOf(from_user),
      amount_cents: amount
    })
  })

  const deposit = Effect.fnUntraced(function*(user_id: UserId, amount: Amount) {
    yield* known(user_id)
    const { id } = yield* Effect.flatten(move({ kind: "deposit", from: outside, to: user_id, amount }))
    return yield* Effect.flatMap(repo.entries({ account_id: user_id, limit: 1, after: id + 1 }), Array.head)
  })

  return Transfers.of({
    transfer: Effect.fn("Transfers.transfer")((from, to, amount) => orDefect(transaction(transfer(from, to, amount)))),
    deposit: Effect.fn("Transfers.deposit")((user_id, amount) =>
      Effect.map(orDefect(transaction(deposit(user_id, amount))), toEntry)
    ),
    account: Effect.fn("Transfers.account")((user_id) =>
      Effect.zipRight(known(user_id), Effect.map(balanceOf(user_id), (cents) => Account.of(user_id, cents)))
    ),
    entries: Effect.fn("Transfers.entries")(function*(user_id, { after, limit }) {
      yield* known(user_id)
      const rows = yield* orDefect(repo.entries({ account_id: user_id, limit, after }))
      return rows.map(toEntry)
    }),
    isEmpty: orDefect(repo.isEmpty)
  })
})

/**
 * The handbook's transfer of money on a double-entry, append-only ledger in whole cents: every movement is one immediate transaction with
 * two entries that sum to zero, and the sum over all accounts, the outside one included, is always zero.
 */
export class Transfers extends Context.Tag("barista/transfers/Transfers")<Transfers, {
  /** Moves `amount` (cents), or changes nothing. */
  readonly transfer: (
    from: UserId,
    to: UserId,
    amount: Amount
  ) => Effect.Effect<{ readonly transaction_id: number }, InvalidInput | AccountNotFound | InsufficientFunds>
  /** Money from outside. */
  readonly deposit: (user: UserId, amount: Amount) => Effect.Effect<Entry, AccountNotFound>
  readonly account: (user: UserId) => Effect.Effect<Account, AccountNotFound>
  /** At most `limit` entries, newest first, older than the entry `after`. */
  readonly entries: (user: UserId, window: Window) => Effect.Effect<ReadonlyArray<Entry>, AccountNotFound>
  readonly isEmpty: Effect.Effect<boolean>
}>() {
  static readonly layer = Layer.effect(Transfers, make)
}

/** What the sample users begin with: 100.00 and 50.00; the third one has nothing. */
export const sample = Effect.gen(function*() {
  const transfers = yield* Transfers
  if (!(yield* transfers.isEmpty)) return
  yield* transfers.deposit(UserId.make(1), Cents.make(10_000))
  yield* transfers.deposit(UserId.make(2), Cents.make(5_000))
})
