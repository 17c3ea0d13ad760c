import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/**
 * Results of registrations, one row a job, so that repeated activities add none and each can be undone alone.
 * `email_key` is the address in lower case. Clients see an address's first row.
 */
export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  for (const table of ["profiles", "mailing_list"]) {
    yield* sql`
      CREATE TABLE ${sql(table)} (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        email TEXT NOT NULL,
        email_key TEXT NOT NULL,
        job_id INTEGER NOT NULL UNIQUE,
        created_at BIGINT NOT NULL
      )`
    yield* sql`CREATE INDEX ${sql(`${table}_by_address`)} ON ${sql(table)} (email_key, id)`
  }
})
