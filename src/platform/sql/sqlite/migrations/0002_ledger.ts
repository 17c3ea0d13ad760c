import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/**
 * A double-entry ledger in whole cents. Account 0 is the outside world, the source of deposits. Only its balance may be
 * negative, so that the sum over all accounts is always 0. Entries are only ever appended. An account's balance is the
 * sum of its entries, and is stored so that no statement adds the entries up.
 */
export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE accounts (
      id INTEGER PRIMARY KEY,
      balance_cents BIGINT NOT NULL,
      CHECK (id = 0 OR balance_cents >= 0)
    )`
  yield* sql`
    CREATE TABLE ledger_transactions (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('deposit', 'transfer')),
      created_at BIGINT NOT NULL
    )`
  yield* sql`
    CREATE TABLE ledger_entries (
      id INTEGER PRIMARY KEY,
      transaction_id INTEGER NOT NULL REFERENCES ledger_transactions (id),
      account_id INTEGER NOT NULL REFERENCES accounts (id),
      counterpart_id INTEGER NOT NULL REFERENCES accounts (id),
      amount_cents BIGINT NOT NULL CHECK (amount_cents <> 0),
      balance_cents BIGINT NOT NULL
    )`
  yield* sql`CREATE INDEX ledger_entries_by_account ON ledger_entries (account_id, id)`
  yield* sql.onDialectOrElse({
    sqlite: () =>
      Effect.forEach(
        ["ledger_transactions", "ledger_entries"],
        (table) =>
          Effect.forEach(["UPDATE", "DELETE"], (change) =>
            sql`
              CREATE TRIGGER ${sql(`${table}_no_${change.toLowerCase()}`)} BEFORE ${sql.literal(change)} ON ${
              sql(table)
            }
              BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END`, { concurrency: 1 }),
        { concurrency: 1 }
      ),
    orElse: () => Effect.void
  })
})
