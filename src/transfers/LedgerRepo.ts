import { Context, Effect, Layer, type Option, Schema } from "effect"
import { Id } from "../domain/Ids.ts"
import { Cents } from "../domain/Money.ts"
import { beyondAll } from "../domain/Window.ts"
import { Database } from "../platform/sql/Database.ts"
import * as Query from "../platform/sql/Query.ts"
import { lockRows } from "../platform/sql/rowLocks.ts"

/** An account of the ledger: a user's id, or 0 for the outside. */
export const AccountId = Schema.NonNegativeInt
type AccountId = typeof AccountId.Type

export const Kind = Schema.Literal("deposit", "transfer")

export const EntryRow = Schema.Struct({
  id: Id,
  transaction_id: Id,
  kind: Kind,
  counterpart_id: AccountId,
  amount_cents: Cents,
  balance_cents: Cents,
  created_at: Schema.Int
})
export type EntryRow = typeof EntryRow.Type

const Window = Schema.Struct({ account_id: AccountId, limit: Schema.Int, after: Schema.UndefinedOr(Schema.Int) })
const Balance = Schema.Struct({ balance_cents: Cents })
type Balance = typeof Balance.Type
const Key = Schema.Struct({ id: Id })
type Key = typeof Key.Type
const Change = Schema.Struct({ account_id: AccountId, amount_cents: Cents })
type Change = typeof Change.Type
const NewTransaction = Schema.Struct({ kind: Kind, created_at: Schema.Int })
export const NewEntry = Schema.Struct({
  transaction_id: Id,
  account_id: AccountId,
  counterpart_id: AccountId,
  amount_cents: Cents,
  balance_cents: Cents
})
type NewEntry = typeof NewEntry.Type
const Entered = Schema.Struct({ id: Id, account_id: AccountId })

/** The part of the ledger that one statement sums. */
const Part = Schema.Struct({
  account: AccountId,
  entry: Schema.NonNegativeInt,
  newest: Schema.NonNegativeInt,
  limit: Schema.Int
})

/**
 * The sum of some of an account's entries, beside its balance. Both are read unchecked, so that a wrong one can be
 * reported.
 */
export const SumRow = Schema.Struct({
  account_id: AccountId,
  balance_cents: Schema.Number,
  sum_cents: Schema.Number,
  /** The sum of the entries up to `newest`. */
  sum_to_newest: Schema.Number,
  last_entry: Schema.NullOr(Id),
  /** The number of entries; 1 for an account without entries. */
  entries: Schema.Int
})
export type SumRow = typeof SumRow.Type

/** The largest balance in cents that numbers and JSON readers keep exactly. */
const largest = Number.MAX_SAFE_INTEGER

/** The queries on the ledger's tables, one a method. Call those that change rows inside a transaction. */
export class LedgerRepo extends Context.Tag("barista/transfers/LedgerRepo")<LedgerRepo, {
  readonly balance: (account: AccountId) => Effect.Effect<Option.Option<Balance>, Query.Failure>
  /** Newest first. */
  readonly entries: (window: typeof Window.Type) => Effect.Effect<ReadonlyArray<EntryRow>, Query.Failure>
  readonly newestEntry: () => Effect.Effect<Option.Option<Key>, Query.Failure>
  /** Sums accounts from `account` on, whose own entries count after `entry`, until `limit` entries are read. */
  readonly sums: (part: typeof Part.Type) => Effect.Effect<ReadonlyArray<SumRow>, Query.Failure>
  /** Locks accounts until the transaction ends, so that two movements between them do not wait for each other. */
  readonly lock: (one: AccountId, other: AccountId) => Effect.Effect<void, Query.Failure>
  /** Subtracts from a user's balance; returns no row if the balance is smaller. */
  readonly withdraw: (change: Change) => Effect.Effect<Option.Option<Balance>, Query.Failure>
  /**
   * Adds to a balance, which is 0 if there is no account yet. Returns no row if the sum would exceed the exact
   * numbers.
   */
  readonly add: (change: Change) => Effect.Effect<Option.Option<Balance>, Query.Failure>
  readonly insertTransaction: (transaction: typeof NewTransaction.Type) => Effect.Effect<Key, Query.Failure>
  /** Inserts both sides of a transaction; returns their ids in any order. */
  readonly insertEntries: (
    sides: readonly [NewEntry, NewEntry]
  ) => Effect.Effect<ReadonlyArray<typeof Entered.Type>, Query.Failure>
}>() {
  static readonly layer = Layer.effect(
    LedgerRepo,
    Effect.gen(function*() {
      const { reader, writer } = yield* Database
      return {
        balance: Query.findOne({
          Request: AccountId,
          Result: Balance,
          execute: (id) => reader`SELECT balance_cents FROM accounts WHERE id = ${id}`
        }),
        entries: Query.findAll({
          Request: Window,
          Result: EntryRow,
          execute: ({ account_id, after, limit }) =>
            reader`
              SELECT e.id, e.transaction_id, t.kind, e.counterpart_id, e.amount_cents, e.balance_cents, t.created_at
              FROM ledger_entries AS e JOIN ledger_transactions AS t ON t.id = e.transaction_id
              WHERE e.account_id = ${account_id} AND e.id < ${after ?? beyondAll} ORDER BY e.id DESC LIMIT ${limit} + 0`
        }),
        newestEntry: Query.findOne({
          Request: Schema.Void,
          Result: Key,
          execute: () => reader`SELECT id FROM ledger_entries ORDER BY id DESC LIMIT 1`
        }),
        sums: Query.findAll({
          Request: Part,
          Result: SumRow,
          execute: ({ account, entry, limit, newest }) =>
            reader`
              SELECT account_id, balance_cents, MAX(entry) AS last_entry, COUNT(*) AS entries,
                CAST(COALESCE(SUM(amount_cents), 0) AS BIGINT) AS sum_cents,
                CAST(COALESCE(SUM(CASE WHEN entry <= ${newest} THEN amount_cents END), 0) AS BIGINT) AS sum_to_newest
              FROM (
                SELECT a.id AS account_id, a.balance_cents, e.id AS entry, e.amount_cents
                FROM accounts AS a LEFT JOIN ledger_entries AS e
                  ON e.account_id = a.id AND e.id > CASE WHEN a.id = ${account} THEN CAST(${entry} AS BIGINT) ELSE 0 END
                WHERE a.id >= ${account} ORDER BY a.id, e.id LIMIT ${limit} + 0
              ) AS page GROUP BY account_id, balance_cents ORDER BY account_id`
        }),
        lock: (one, other) =>
          lockRows(
            writer,
            () => writer`SELECT 1 FROM accounts WHERE id IN (${one}, ${other}) ORDER BY id FOR NO KEY UPDATE`
          ),
        withdraw: Query.findOne({
          Request: Change,
          Result: Balance,
          execute: ({ account_id, amount_cents }) =>
            writer`
              UPDATE accounts SET balance_cents = balance_cents - ${amount_cents}
              WHERE id = ${account_id} AND balance_cents >= ${amount_cents}
              RETURNING balance_cents`
        }),
        add: Query.findOne({
          Request: Change,
          Result: Balance,
          execute: ({ account_id, amount_cents }) =>
            writer`
              INSERT INTO accounts (id, balance_cents) VALUES (${account_id}, ${amount_cents})
              ON CONFLICT (id) DO UPDATE SET balance_cents = accounts.balance_cents + excluded.balance_cents
              WHERE accounts.balance_cents + excluded.balance_cents BETWEEN ${-largest} AND ${largest}
              RETURNING balance_cents`
        }),
        insertTransaction: Query.single({
          Request: NewTransaction,
          Result: Key,
          execute: ({ created_at, kind }) =>
            writer`INSERT INTO ledger_transactions (kind, created_at) VALUES (${kind}, ${created_at}) RETURNING id`
        }),
        insertEntries: Query.findAll({
          Request: Schema.Tuple(NewEntry, NewEntry),
          Result: Entered,
          execute: ([debit, credit]) =>
            writer`
              INSERT INTO ledger_entries (transaction_id, account_id, counterpart_id, amount_cents, balance_cents) VALUES
                (${debit.transaction_id}, ${debit.account_id}, ${debit.counterpart_id}, ${debit.amount_cents}, ${debit.balance_cents}),
                (${credit.transaction_id}, ${credit.account_id}, ${credit.counterpart_id}, ${credit.amount_cents}, ${credit.balance_cents})
              RETURNING id, account_id`
        })
      }
    })
  )
}
