// `npm run soak:transfers` lets 16 clients make random transfers, valid and invalid, and kill some half-way; then the
// whole ledger is read and every cent accounted for. BENCH_SECONDS (default 30) is the duration; SEED (default 1) sets
// the clients' draws. Everything is on 127.0.0.1 and stops by itself; the exit code is 1 if a check fails.
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { SqliteClient } from "@effect/sql-sqlite-node"
import Sqlite from "better-sqlite3"
import { Clock, Config, Console, Effect, Random } from "effect"
import { exactly, print, without } from "../harness/checks.ts"
import { ask } from "../harness/client.ts"
import { at } from "../harness/percentile.ts"
import { watchProcessors } from "../harness/processorTime.ts"
import { barista, start } from "../harness/serverProcess.ts"
import { makeAttempts } from "./attempts.ts"
import { ledgerChecks, transactionCount } from "./ledgerChecks.ts"
import { readTransactions, transferChecks } from "./transferChecks.ts"
import { client, makeRecord, type TransferRecord } from "./transferClients.ts"
import { makeWarnings } from "./warnings.ts"

const clients = 16
const users = 50
const deposit = 500
/** Transfers a second of the handbook's own code: FastAPI on SQLite, 64 connections. */
const handbook = 291

const fill = Effect.fnUntraced(function*(port: number) {
  for (let id = 1; id <= users; id++) {
    yield* ask(port, "POST", "/users/", { name: `User ${id}`, email: `user${id}@example.com` })
    yield* ask(port, "POST", `/accounts/${id}/deposits`, { amount: deposit })
  }
})

/**
 * Measures the one-row transactions a second that the disk allows now, by better-sqlite3 alone with the product's
 * durability.
 */
const bareCommits = (filename: string): number => {
  const db = new Sqlite(filename)
  db.pragma("journal_mode = WAL")
  db.pragma("synchronous = FULL")
  db.exec("CREATE TABLE numbers (n INTEGER)")
  const insert = db.prepare("INSERT INTO numbers VALUES (1)")
  const began = performance.now()
  let count = 0
  for (; performance.now() - began < 1000; count++) insert.run()
  db.close()
  return count
}

const report = (record: TransferRecord, seconds: number, shares: string) => {
  const { accepted, killed, killedInVain, milliseconds, statuses } = record
  const answered = [...statuses.values()].reduce((sum, count) => sum + count, 0)
  const sent = answered + killed.size + killedInVain
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const rate = accepted.size / seconds
  const byStatus = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} x ${status}`)
  return Console.log([
    `accepted  ${accepted.size} transfers, ${rate.toFixed(0)}/s; the handbook's code ${handbook}/s: ratio ${
      (rate / handbook).toFixed(1)
    }`,
    `requests  ${sent}, ${(sent / seconds).toFixed(0)}/s`,
    `answers   ${byStatus.join(", ")}`,
    `killed    ${killed.size} of unknown outcome, ${killedInVain} that nothing may come of`,
    `latency   of the accepted: p50 ${at(sorted, 0.5).toFixed(1)} ms, p99 ${at(sorted, 0.99).toFixed(1)} ms`,
    `used      ${shares}\n`
  ].join("\n"))
}

const load = Effect.fnUntraced(function*(pid: number, port: number, seconds: number, seed: number) {
  const record = makeRecord()
  const attempts = makeAttempts(users)
  const { shares } = yield* watchProcessors(pid)
  const began = yield* Clock.currentTimeMillis
  yield* Effect.forEach(
    Array.from({ length: clients }, (_, n) => n),
    (n) => Effect.withRandom(client(port, began + seconds * 1000, attempts, record), Random.make(`${seed}/${n}`)),
    { concurrency: clients, discard: true }
  )
  yield* report(record, ((yield* Clock.currentTimeMillis) - began) / 1000, yield* shares)
  return record
})

const bench = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const seconds = yield* Config.withDefault(Config.integer("BENCH_SECONDS"), 30)
  const seed = yield* Config.withDefault(Config.integer("SEED"), 1)
  yield* Console.log(`${clients} clients, ${users} accounts of ${deposit}.00, ${seconds} s, SEED=${seed}`)
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
  yield* Console.log(`the disk allows ${bareCommits(`${folder}/bare.sqlite`)} commits a second at present`)
  const { heed, warnings } = makeWarnings()
  const { record, transactions } = yield* Effect.scoped(Effect.gen(function*() {
    const { pid, port } = yield* start(barista(folder), heed)
    yield* fill(port)
    const record = yield* load(pid, port, seconds, seed)
    // the last killed attempt may still be in flight
    yield* Effect.sleep("1 second")
    return { record, transactions: yield* readTransactions(port, users) }
  }))
  const [count, checks] = yield* Effect.provide(
    Effect.zip(transactionCount, ledgerChecks),
    SqliteClient.layer({ filename: `${folder}/barista.sqlite`, readonly: true })
  )
  yield* print([
    without("every answer is the right one, and no connection broke", record.wrong),
    without("the server logs no warning and no error", warnings),
    ...transferChecks(transactions, record, users),
    exactly("transactions in the file, as the API shows them", transactions.size, count),
    ...checks
  ])
})

NodeRuntime.runMain(Effect.provide(Effect.scoped(bench), NodeContext.layer))
