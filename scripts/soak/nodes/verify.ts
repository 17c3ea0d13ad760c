// The counts at the end of a drill, from the database, the mail server, and the clients' answers.
import { Effect } from "effect"
import { messageIdOf } from "../../../src/platform/mail/Mail.ts"
import { type Check, exactly, without } from "../../harness/checks.ts"
import { ask } from "../../harness/postgresClient.ts"
import type { Answered } from "../crash/Clients.ts"
import { ledgerQueries } from "../ledgerChecks.ts"

/** Promises that hold for whatever was accepted, with the query for the exceptions. */
const promises: ReadonlyArray<readonly [promise: string, query: string]> = [
  [
    "every registration succeeded",
    "SELECT id, state, error FROM jobs WHERE kind = 'registration' AND state <> 'succeeded'"
  ],
  [
    "every activity succeeded once",
    `SELECT j.id, a.activity, COUNT(*) FROM jobs AS j JOIN job_attempts AS a ON a.job_id = j.id
     WHERE a.outcome = 'succeeded' GROUP BY j.id, a.activity HAVING COUNT(*) <> 1`
  ],
  [
    "three activities succeeded in every registration",
    `SELECT j.id FROM jobs AS j LEFT JOIN job_attempts AS a ON a.job_id = j.id AND a.outcome = 'succeeded'
     WHERE j.kind = 'registration' GROUP BY j.id HAVING COUNT(a.job_id) <> 3`
  ],
  ["no attempt is open", "SELECT job_id, activity FROM job_attempts WHERE outcome IS NULL"],
  [
    "attempts at an activity do not overlap",
    `SELECT job_id, activity, attempt FROM (SELECT *, LEAD(started_at) OVER
       (PARTITION BY job_id, activity ORDER BY attempt) AS next_at FROM job_attempts) AS a
     WHERE next_at < ended_at`
  ],
  [
    "one profile and one list entry a registration",
    `SELECT j.id FROM jobs AS j WHERE j.kind = 'registration' AND (
       (SELECT COUNT(*) FROM profiles WHERE job_id = j.id) <> 1
       OR (SELECT COUNT(*) FROM mailing_list WHERE job_id = j.id) <> 1)`
  ],
  [
    "one maintenance job waits or runs",
    `SELECT COUNT(*) FROM jobs WHERE kind = 'maintenance' AND state IN ('waiting', 'running') HAVING COUNT(*) <> 1`
  ],
  ["the sum of all money is 0", "SELECT SUM(balance_cents) FROM accounts HAVING SUM(balance_cents) <> 0"],
  ...ledgerQueries
]

const distinct = (values: ReadonlyArray<unknown>) => new Set(values).size

/** Makes all checks. */
export const verify = Effect.fnUntraced(function*(
  url: string,
  answered: ReadonlyArray<Answered>,
  mails: ReadonlyMap<string, number>
) {
  const accepted = (kind: Answered["kind"]) =>
    answered.filter((request) => request.kind === kind && request.status < 300).map(({ answer }) => answer)
  const [registrations, transfers, users] = [accepted("registration"), accepted("transfer"), accepted("user")]
  const rows = yield* ask(url, "SELECT id::int, created_at::text FROM jobs WHERE kind = 'registration'")
  const messages = new Set(
    rows.map(({ created_at, id }) => messageIdOf(Number(id), `welcome-${String(created_at)}`, "example.com"))
  )
  const [counts = {}] = yield* ask(
    url,
    `SELECT (SELECT COUNT(*) FROM ledger_transactions WHERE kind = 'transfer')::int AS transfers,
       (SELECT COUNT(*) FROM users WHERE name LIKE 'crash-%')::int AS users`
  )
  const kept = yield* Effect.forEach(
    promises,
    ([promise, query]) =>
      Effect.map(ask(url, query), (found) => without(promise, found.map((row) => JSON.stringify(row))))
  )
  return [
    exactly("registrations kept, one a key", distinct(registrations.map(({ job }) => job)), rows.length),
    exactly("every key answered its own job", registrations.length, distinct(registrations.map(({ job }) => job))),
    exactly(
      "every key answered its own transaction",
      transfers.length,
      distinct(transfers.map(({ transaction_id }) => transaction_id))
    ),
    exactly("every key answered its own user", users.length, distinct(users.map(({ id }) => id))),
    exactly("transfers in the ledger, one a key", transfers.length, Number(counts["transfers"])),
    exactly("users made, one a key", users.length, Number(counts["users"])),
    exactly("registrations whose mail was sent", rows.length, [...messages].filter((id) => mails.has(id)).length),
    exactly("mails of no registration", 0, [...mails.keys()].filter((id) => !messages.has(id)).length),
    ...kept
  ] satisfies ReadonlyArray<Check>
})
