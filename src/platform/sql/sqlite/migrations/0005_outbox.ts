import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/** Mails sent while no mail server is configured, each Message-Id once. */
export default Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY,
      recipient TEXT NOT NULL,
      subject TEXT NOT NULL,
      text TEXT NOT NULL,
      job_id BIGINT NOT NULL,
      message_id TEXT NOT NULL UNIQUE,
      sent_at BIGINT NOT NULL
    )`
})
