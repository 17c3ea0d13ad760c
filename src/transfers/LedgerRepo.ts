import { Context, Effect, Layer, Schema } from "effect"
import { Id } from "../domain/Ids.ts"
import { Cents } from "../domain/Money.ts"
import { Database } from "../platform/sql/Database.ts"
import * as Query from "../platform/sql/Query.ts"

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

const Balance = Schema.Struct({ balance_cents: Cents })
const Key = Schema.Struct({ id: Id })
const Change = Schema.Struct({ account_id: AccountId, amount_cents: Cents })
export const NewEntry = Schema.Struct({
  transaction_id: Id,
  account_id: AccountId,
  counterpart_id: AccountId,
  amount_cents: Cents,
  balance_cents: Cents
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

/** The largest balance in cents that numbers and JSON readers keep exactly. */
const largest = Number.MAX_SAFE_INTEGER

/** Exceeds every entry id, so that a page without `after` begins at the newest. */
const beyondAll = Number.MAX_SAFE_INTEGER

const make = Effect.gen(function*() {
  const { reader, writer } = yield* Database
  return {
    balance: Query.findOne({
      Request: AccountId,
      Result: Balance,
      execute: (id) => reader`SELECT balance_cents FROM accounts WHERE id = ${id}`
    }),
    entries: Query.findAll({
      Request: Schema.Struct({ account_id: AccountId, limit: Schema.Int, after: Schema.UndefinedOr(Schema.Int) }),
      Result: EntryRow,
      execute: ({ account_id, after, limit }) =>
        reader`
          SELECT e.id, e.transaction_id, t.kind, e.counterpart_id, e.amount_cents, e.balance_cents, t.created_at
          FROM ledger_entries AS e JOIN ledger_transactions AS t ON t.id = e.transaction_id
          WHERE e.account_id = ${account_id} AND e.id < ${after ?? beyondAll} ORDER BY e.id DESC LIMIT ${limit}`
    }),
    newestEntry: Query.findOne({
      Request: Schema.Void,
      Result: Key,
      execute: () => reader`SELECT id FROM ledger_entries ORDER BY id DESC LIMIT 1`
    }),
    /** Sums accounts from `account` on, whose own entries count after `entry`, until `limit` entries are read. */
    sums: Query.findAll({
      Request: Schema.Struct({
        account: AccountId,
        entry: Schema.NonNegativeInt,
        newest: Schema.NonNegativeInt,
        limit: Schema.Int
      }),
      Result: SumRow,
      execute: ({ account, entry, limit, newest }) =>
        reader`
          SELECT account_id, balance_cents, MAX(entry) AS last_entry, COUNT(*) AS entries,
            CAST(COALESCE(SUM(amount_cents), 0) AS BIGINT) AS sum_cents,
            CAST(COALESCE(SUM(CASE WHEN entry <= ${newest} THEN amount_cents END), 0) AS BIGINT) AS sum_to_newest
          FROM (
            SELECT a.id AS account_id, a.balance_cents, e.id AS entry, e.amount_cents
            FROM accounts AS a LEFT JOIN ledger_entries AS e
              ON e.account_id = a.id AND e.id > CASE WHEN a.id = ${account} THEN ${entry} ELSE 0 END
            WHERE a.id >= ${account} ORDER BY a.id, e.id LIMIT ${limit}
          ) AS page GROUP BY account_id, balance_cents ORDER BY account_id`
    }),
    /** Subtracts from a user's balance; returns no row if the balance is smaller. */
    withdraw: Query.findOne({
      Request: Change,
      Result: Balance,
      execute: ({ account_id, amount_cents }) =>
        writer`
          UPDATE accounts SET balance_cents = balance_cents - ${amount_cents}
          WHERE id = ${account_id} AND balance_cents >= ${amount_cents}
          RETURNING balance_cents`
    }),
    /**
     * Adds to a balance, which is 0 if there is no account yet. Returns no row if the sum would exceed the exact
     * numbers.
     */
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
      Request: Schema.Struct({ kind: Kind, created_at: Schema.Int }),
      Result: Key,
      execute: ({ created_at, kind }) =>
        writer`INSERT INTO ledger_transactions (kind, created_at) VALUES (${kind}, ${created_at}) RETURNING id`
    }),
    /** Inserts both sides of a transaction; returns their ids in any order. */
    insertEntries: Query.findAll({
      Request: Schema.Tuple(NewEntry, NewEntry),
      Result: Schema.Struct({ id: Id, account_id: AccountId }),
      execute: ([debit, credit]) =>
        writer`
          INSERT INTO ledger_entries (transaction_id, account_id, counterpart_id, amount_cents, balance_cents) VALUES
            (${debit.transaction_id}, ${debit.account_id}, ${debit.counterpart_id}, ${debit.amount_cents}, ${debit.balance_cents}),
            (${credit.transaction_id}, ${credit.account_id}, ${credit.counterpart_id}, ${credit.amount_cents}, ${credit.balance_cents})
          RETURNING id, account_id`
    })
  }
})

/** The queries on the ledger's tables, one a method. Call those that change rows inside a transaction. */
export class LedgerRepo
  extends Context.Tag("barista/transfers/LedgerRepo")<LedgerRepo, Effect.Effect.Success<typeof make>>()
{
  static readonly layer = Layer.effect(LedgerRepo, make)
}
