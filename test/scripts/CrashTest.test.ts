import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { SqlClient } from "@effect/sql"
import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Layer, Random } from "effect"
import type { Answered } from "../../scripts/soak/crash/Clients.ts"
import * as CrashTest from "../../scripts/soak/crash/CrashTest.ts"
import { verify } from "../../scripts/soak/crash/verify.ts"
import { Database } from "../../src/platform/sql/Database.ts"
import * as TestDatabase from "../support/Database.ts"

/** Maps each check to whether the crash test must have counted something; the other checks count faults. */
const checks = {
  "every key answered its own job": true,
  "mails sent at least once": true,
  "mails of no accepted job": false,
  "every key answered its own transaction": true,
  "every key answered its own user": true,
  "registrations kept": true,
  "registrations succeeded": true,
  "jobs stuck": false,
  "profiles, one a registration": true,
  "list entries, one a registration": true,
  "all profiles": true,
  "all list entries": true,
  "transfers in the ledger": true,
  "users made": true,
  "sum of all money, in cents": false,
  "no account of a user is negative": false,
  "each balance, the outside one's included, is the sum of its entries": false,
  "each transaction has two entries, which sum to 0 and name one another's account": false,
  "each entry's balance follows from the one before": false,
  "no reference leads nowhere": false,
  "SQLite finds the file sound": false
}

it.scopedLive("everything that a server accepted has happened once, though it was killed twice", () =>
  Effect.gen(function*() {
    const progress: Array<string> = []
    const options = { rounds: 2, clients: 3, longestRound: Duration.millis(800), patience: Duration.seconds(10) }
    const report = yield* CrashTest.run(options, (line) => Effect.sync(() => void progress.push(line))).pipe(
      Effect.withRandom(Random.make(20))
    )
    expect(progress).toEqual([1, 2].map((n) => expect.stringMatching(`^round ${n} of 2: killed after \\d+ ms$`)))
    expect(CrashTest.failed(report)).toEqual([])
    expect(Object.fromEntries(report.checks.map(({ measured, name }) => [name, Number.parseInt(measured) > 0])))
      .toEqual(checks)
    // the clients noticed the kills
    expect(report.repeated).toBeGreaterThan(0)
  }).pipe(Effect.provide(Layer.merge(NodeContext.layer, NodeHttpClient.layer))))

describe("the crash test's checks", () => {
  const request = (kind: Answered["kind"], key: string, answer: Answered["answer"]): Answered => ({
    kind,
    key,
    path: "/",
    body: {},
    status: 200,
    answer
  })

  /** Lists the names of the failing checks, given the clients' answers, the database and the mail server. */
  const failing = (
    answered: ReadonlyArray<Answered>,
    mails: ReadonlyArray<string> = [],
    ...statements: Array<string>
  ) =>
    Effect.gen(function*() {
      const { writer } = yield* Database
      for (const statement of statements) yield* writer.unsafe(statement)
      const found = yield* Effect.provideService(
        verify(answered, new Map(mails.map((id) => [id, 1])), "example.com"),
        SqlClient.SqlClient,
        writer
      )
      return found.filter(({ met }) => !met).map(({ name }) => name)
    }).pipe(Effect.provide(TestDatabase.layer))

  it.effect("hold for a server that accepted nothing", () =>
    Effect.gen(function*() {
      expect(yield* failing([])).toEqual([])
    }))

  it.effect("see a registration of which nothing is left", () =>
    Effect.gen(function*() {
      expect(yield* failing([request("registration", "a", { job: "/jobs/1" })])).toEqual([
        "mails sent at least once",
        "registrations kept",
        "registrations succeeded",
        "profiles, one a registration",
        "list entries, one a registration",
        "all profiles",
        "all list entries"
      ])
    }))

  it.effect("see two keys with one answer, and what the database lacks of them", () =>
    Effect.gen(function*() {
      const twice = ["a", "b"].flatMap((key) => [
        request("registration", key, { job: "/jobs/1" }),
        request("transfer", key, { transaction_id: 1 }),
        request("user", key, { id: 1 })
      ])
      expect(yield* failing(twice)).toEqual(expect.arrayContaining([
        "every key answered its own job",
        "every key answered its own transaction",
        "every key answered its own user",
        "transfers in the ledger",
        "users made"
      ]))
    }))

  it.effect("see a mail that no accepted job has sent", () =>
    Effect.gen(function*() {
      expect(yield* failing([], ["<job-7.welcome-1@example.com>"])).toEqual(["mails of no accepted job"])
    }))

  it.effect("see a job of an accepted registration that has not ended", () =>
    Effect.gen(function*() {
      const job = "INSERT INTO jobs (kind, payload, state, run, created_at, due_at) " +
        "VALUES ('registration', '{}', 'running', 1, 5, 5)"
      const seen = yield* failing([request("registration", "a", { job: "/jobs/1" })], [], job)
      expect(seen).toContain("jobs stuck")
      expect(seen).not.toContain("registrations kept")
    }))

  it.effect("see money that was made, and a balance without its entries", () =>
    Effect.gen(function*() {
      const account = "INSERT INTO accounts (id, balance_cents) VALUES (1, 5)"
      expect(yield* failing([], [], account)).toEqual([
        "sum of all money, in cents",
        "each balance, the outside one's included, is the sum of its entries"
      ])
    }))
})
