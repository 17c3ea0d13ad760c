import { SqlClient } from "@effect/sql"
import { Effect } from "effect"
import { exactly, without } from "../harness/checks.ts"

/** Each query finds the exceptions to its promise, on SQLite and on PostgreSQL. */
export const ledgerQueries: ReadonlyArray<readonly [promise: string, query: string]> = [
  ["no account of a user is negative", "SELECT * FROM accounts WHERE id > 0 AND balance_cents < 0"],
  [
    "each balance, the outside one's included, is the sum of its entries",
    `SELECT a.id, a.balance_cents, SUM(e.amount_cents) AS entries FROM accounts AS a
     LEFT JOIN ledger_entries AS e ON e.account_id = a.id
     GROUP BY a.id HAVING a.balance_cents <> COALESCE(SUM(e.amount_cents), 0)`
  ],
  [
    "each transaction has two entries, which sum to 0 and name one another's account",
    `SELECT t.id, COUNT(e.id) AS entries, SUM(e.amount_cents) AS cents FROM ledger_transactions AS t
     LEFT JOIN ledger_entries AS e ON e.transaction_id = t.id
     GROUP BY t.id
     HAVING COUNT(e.id) <> 2 OR SUM(e.amount_cents) <> 0 OR COUNT(DISTINCT e.account_id) <> 2
       OR MIN(e.account_id) <> MIN(e.counterpart_id) OR MAX(e.account_id) <> MAX(e.counterpart_id)`
  ],
  [
    "each entry's balance follows from the one before",
    `SELECT * FROM (
       SELECT *, SUM(amount_cents) OVER (PARTITION BY account_id ORDER BY id) AS expected FROM ledger_entries
     ) AS summed WHERE balance_cents <> expected`
  ]
]

const queries: typeof ledgerQueries = [
  ...ledgerQueries,
  ["no reference leads nowhere", "SELECT * FROM pragma_foreign_key_check"],
  ["SQLite finds the file sound", "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'"]
]

/** Checks that the ledger of a stopped server's database adds up, without the product's code. */
export const ledgerChecks = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [total] = yield* sql<{ readonly cents: number }>`
    SELECT COALESCE(SUM(balance_cents), 0) AS cents FROM accounts`
  const checks = yield* Effect.forEach(
    queries,
    ([promise, query]) =>
      Effect.map(sql.unsafe(query), (rows) => without(promise, rows.map((row) => JSON.stringify(row)))),
    {
      concurrency: 1
    }
  )
  return [exactly("sum of all money, in cents", 0, total?.cents ?? Number.NaN), ...checks]
})

/** Counts the transactions of the ledger. */
export const transactionCount = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [found] = yield* sql<{ readonly count: number }>`SELECT COUNT(*) AS count FROM ledger_transactions`
  return found?.count ?? Number.NaN
})
