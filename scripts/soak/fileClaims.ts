import Sqlite from "better-sqlite3"
import type { Bound } from "../harness/bounds.ts"
import { without } from "./claims.ts"

/** Each query finds what speaks against its claim. */
const queries: ReadonlyArray<readonly [claim: string, query: string]> = [
  ["in the file: no account of a user is negative", "SELECT * FROM accounts WHERE id > 0 AND balance_cents < 0"],
  [
    "in the file: each balance, the outside one's included, is the sum of its entries",
    `SELECT a.id, a.balance_cents, SUM(e.amount_cents) AS entries FROM accounts AS a
     LEFT JOIN ledger_entries AS e ON e.account_id = a.id
     GROUP BY a.id HAVING a.balance_cents <> COALESCE(SUM(e.amount_cents), 0)`
  ],
  [
    "in the file: each transaction has two entries, which sum to 0 and name one another's account",
    `SELECT t.id, COUNT(e.id) AS entries, SUM(e.amount_cents) AS cents FROM ledger_transactions AS t
     LEFT JOIN ledger_entries AS e ON e.transaction_id = t.id
     GROUP BY t.id
     HAVING COUNT(e.id) <> 2 OR SUM(e.amount_cents) <> 0 OR COUNT(DISTINCT e.account_id) <> 2
       OR MIN(e.account_id) <> MIN(e.counterpart_id) OR MAX(e.account_id) <> MAX(e.counterpart_id)`
  ],
  [
    "in the file: each entry's balance follows from the one before",
    `SELECT * FROM (
       SELECT *, SUM(amount_cents) OVER (PARTITION BY account_id ORDER BY id) AS expected FROM ledger_entries
     ) WHERE balance_cents <> expected`
  ],
  ["in the file: no reference leads nowhere", "SELECT * FROM pragma_foreign_key_check"],
  ["in the file: SQLite finds it sound", "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'"]
]

/** The claims on the database file that the server has left, read without the product's code; `transactions` is what the API has shown. */
export const fileClaims = (filename: string, transactions: number): ReadonlyArray<Bound> => {
  const db = new Sqlite(filename, { readonly: true })
  const count = db.prepare("SELECT COUNT(*) FROM ledger_transactions").pluck().get()
  const cents = db.prepare("SELECT SUM(balance_cents) FROM accounts").pluck().get()
  const claims = queries.map(([says, query]) =>
    without(says, db.prepare(query).all().map((row) => JSON.stringify(row)))
  )
  db.close()
  return [
    {
      says: "in the file: the sum over all accounts, the outside one included, is 0",
      measured: `${cents} cents`,
      met: cents === 0
    },
    {
      says: `in the file: as many transactions as the API shows, ${transactions}`,
      measured: String(count),
      met: count === transactions
    },
    ...claims
  ]
}
