// The checks at the end, counted in the database that the server left, in the mail server, and in the clients' answers.
import { SqlClient, type SqlError } from "@effect/sql"
import { Effect } from "effect"
import { messageIdOf } from "../../../src/platform/mail/Mail.ts"
import { exactly } from "../../harness/checks.ts"
import { ledgerChecks } from "../ledgerChecks.ts"
import type { Answered } from "./Clients.ts"

const numberIn = ([row]: ReadonlyArray<unknown>): number => {
  const value = Object.values(row ?? {})[0]
  return typeof value === "number" ? value : Number.NaN
}

/** Makes all checks, each of which fails on its own. */
export const verify = Effect.fnUntraced(function*(
  answered: ReadonlyArray<Answered>,
  mails: ReadonlyMap<string, number>,
  domain: string
) {
  const sql = yield* SqlClient.SqlClient
  const accepted = (kind: Answered["kind"]) =>
    answered.filter((request) => request.kind === kind && request.status < 300)
  const registrations = accepted("registration")
  const [transfers, users] = [accepted("transfer"), accepted("user")]
  const distinct = (values: ReadonlyArray<unknown>) => new Set(values).size
  const jobs = new Set(registrations.map(({ answer }) => Number(answer.job?.replace("/jobs/", ""))))
  const rows = yield* sql<{ readonly id: number; readonly created_at: number }>`
    SELECT id, created_at FROM jobs WHERE kind = 'registration'`
  const messages = rows.filter(({ id }) => jobs.has(id)).map(({ created_at, id }) =>
    messageIdOf(id, `welcome-${created_at}`, domain)
  )
  const count = (name: string, expected: number, statement: Effect.Effect<ReadonlyArray<unknown>, SqlError.SqlError>) =>
    Effect.map(statement, (rows) => exactly(name, expected, numberIn(rows)))
  const once = (table: string) =>
    sql`SELECT COUNT(*) FROM (SELECT job_id FROM ${sql(table)} GROUP BY job_id, email HAVING COUNT(*) = 1)`

  const direct = [
    exactly("every key answered its own job", registrations.length, jobs.size),
    exactly("mails sent at least once", jobs.size, messages.filter((id) => mails.has(id)).length),
    exactly("mails of no accepted job", 0, mails.size - messages.filter((id) => mails.has(id)).length),
    exactly(
      "every key answered its own transaction",
      transfers.length,
      distinct(transfers.map(({ answer }) => answer.transaction_id))
    ),
    exactly("every key answered its own user", users.length, distinct(users.map(({ answer }) => answer.id)))
  ]
  const stored = yield* Effect.all([
    count("registrations kept", jobs.size, sql`SELECT COUNT(*) FROM jobs WHERE kind = 'registration'`),
    count(
      "registrations succeeded",
      jobs.size,
      sql`
      SELECT COUNT(*) FROM jobs WHERE kind = 'registration' AND state = 'succeeded'`
    ),
    count(
      "jobs stuck",
      0,
      sql`
      SELECT COUNT(*) FROM jobs WHERE kind <> 'maintenance' AND state IN ('waiting', 'running')`
    ),
    count("profiles, one a registration", jobs.size, once("profiles")),
    count("list entries, one a registration", jobs.size, once("mailing_list")),
    count("all profiles", jobs.size, sql`SELECT COUNT(*) FROM profiles`),
    count("all list entries", jobs.size, sql`SELECT COUNT(*) FROM mailing_list`),
    count(
      "transfers in the ledger",
      transfers.length,
      sql`
      SELECT COUNT(*) FROM ledger_transactions WHERE kind = 'transfer'`
    ),
    count("users made", users.length, sql`SELECT COUNT(*) FROM users WHERE name LIKE 'crash-%'`)
  ], { concurrency: 1 })
  return [...direct, ...stored, ...yield* ledgerChecks]
})
