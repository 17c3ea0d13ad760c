import { SqlSchema } from "@effect/sql"
import { Context, Effect, Layer, Schema } from "effect"
import { Id } from "../domain/Ids.ts"
import { Cents } from "../domain/Money.ts"
import { Database } from "../platform/sql/Database.ts"

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

/** The largest balance, in cents: numbers keep it exactly, and so do JSON readers. */
const largest = Number.MAX_SAFE_INTEGER

/** Larger than any entry id: a page without `after` begins at the newest. */
const beyondAll = Number.MAX_SAFE_INTEGER

const make = Effect.gen(function*() {
  const { reader, writer } = yield* Database
  return {
    balance: SqlSchema.findOne({
      Request: AccountId,
      Result: Balance,
      execute: (id) => reader`SELECT balance_cents FROM accounts WHERE id = ${id}`
    }),
    entries: SqlSchema.findAll({
      Request: Schema.Struct({ account_id: AccountId, limit: Schema.Int, after: Schema.UndefinedOr(Schema.Int) }),
      Result: EntryRow,
      execute: ({ account_id, after, limit }) =>
        reader`
          SELECT e.id, e.transaction_id, t.kind, e.counterpart_id, e.amount_cents, e.balance_cents, t.created_at
          FROM ledger_entries AS e JOIN ledger_transactions AS t ON t.id = e.transaction_id
          WHERE e.account_id = ${account_id} AND e.id < ${after ?? beyondAll} ORDER BY e.id DESC LIMIT ${limit}`
    }),
    open: SqlSchema.void({
      Request: AccountId,
      execute: (id) => writer`INSERT INTO accounts (id, balance_cents) VALUES (${id}, 0) ON CONFLICT DO NOTHING`
    }),
    /** Adds to the balance; no row where a user's account would become negative, or any larger than a number keeps exactly. */
    change: SqlSchema.findOne({
      Request: Change,
      Result: Balance,
      execute: ({ account_id, amount_cents }) =>
        writer`
          UPDATE accounts SET balance_cents = balance_cents + ${amount_cents}
          WHERE id = ${account_id} AND (id = 0 OR balance_cents + ${amount_cents} >= 0)
            AND balance_cents + ${amount_cents} BETWEEN ${-largest} AND ${largest}
          RETURNING balance_cents`
    }),
    insertTransaction: SqlSchema.single({
      Request: Schema.Struct({ kind: Kind, created_at: Schema.Int }),
      Result: Key,
      execute: (row) => writer`INSERT INTO ledger_transactions ${writer.insert(row)} RETURNING id`
    }),
    insertEntry: SqlSchema.single({
      Request: NewEntry,
      Result: Key,
      execute: (row) => writer`INSERT INTO ledger_entries ${writer.insert(row)} RETURNING id`
    })
  }
})

/** One query a method, on the ledger's tables. What changes is called inside a transaction only. */
export class LedgerRepo
  extends Context.Tag("barista/transfers/LedgerRepo")<LedgerRepo, Effect.Effect.Success<typeof make>>()
{
  static readonly layer = Layer.effect(LedgerRepo, make)
}
