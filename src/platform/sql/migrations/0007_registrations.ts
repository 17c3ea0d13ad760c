import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/**
 * What registrations made, a row a job: so that each is there once however often its activity runs, and taken back alone. `email_key` is the
 * address in lower case; what is shown of an address is its first row.
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
