// Opposed transfers on two servers.
import { Array, Console, Effect } from "effect"
import { exactly, without } from "../../harness/checks.ts"
import { ask as askServer } from "../../harness/client.ts"
import { ask } from "../../harness/postgresClient.ts"
import { ledgerQueries } from "../ledgerChecks.ts"
import { cluster, ready } from "./Cluster.ts"

/** Clients of each server, and the transfers that each makes. */
const [clients, each] = [8, 100]

/** Pairs of users of the sample data, of which one server moves money one way and the other server the other way. */
const pairs = [[1, 2], [2, 3], [3, 1]] as const

/** Reads a counter of a server's metrics. */
const counterOf = (port: number, name: string) =>
  Effect.map(
    askServer(port, "GET", "/metrics"),
    ({ body }) => Number(new RegExp(`^${name} (\\d+)`, "m").exec(body)?.[1])
  )

/** Moves money to and fro, and accounts for every cent. */
export const transfers = Effect.gen(function*() {
  const { begin, create } = yield* cluster
  const url = yield* create("drill")
  const servers = yield* Effect.all([begin(url), begin(url)], { concurrency: 2 })
  const ports = servers.map(({ port }) => port)
  yield* Effect.forEach(servers, ready, { concurrency: 2 })
  const [port = 0] = ports
  for (const [user] of pairs) yield* askServer(port, "POST", `/accounts/${user}/deposits`, { amount: 1000 })
  const total = "SELECT SUM(balance_cents)::int AS cents FROM accounts WHERE id > 0"
  const [before] = yield* ask(url, total)
  const statuses = new Map<number, number>()
  const wrong: Array<string> = []
  const began = performance.now()
  const client = (server: number, port: number) =>
    Effect.forEach(Array.range(1, each), (n) =>
      Effect.gen(function*() {
        const pair = pairs[n % pairs.length] ?? [1, 2]
        const [from_user, to_user] = server === 0 ? pair : pair.toReversed()
        const answer = yield* askServer(port, "POST", "/transfer-money/", { from_user, to_user, amount: 0.01 })
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        if (answer.status !== 200) wrong.push(`${answer.status}: ${answer.body}`)
      }))
  yield* Effect.forEach(
    ports.flatMap((port, server) => Array.makeBy(clients, () => client(server, port))),
    (run) => run,
    { concurrency: "unbounded" }
  )
  const seconds = (performance.now() - began) / 1000
  const retried = yield* Effect.forEach(ports, (port) => counterOf(port, "barista_database_lock_retries_total"))
  const givenUp = yield* Effect.forEach(ports, (port) => counterOf(port, "barista_database_lock_timeouts_total"))
  const done = statuses.get(200) ?? 0
  yield* Console.log(`${done} transfers in ${seconds.toFixed(1)} s, ${(done / seconds).toFixed(0)}/s`)
  yield* Console.log(`conflicts tried again: ${retried.join(" and ")}; given up: ${givenUp.join(" and ")}`)
  const [after] = yield* ask(url, total)
  const [kept] = yield* ask(url, "SELECT COUNT(*)::int AS n FROM ledger_transactions WHERE kind = 'transfer'")
  const ledger = yield* Effect.forEach(
    ledgerQueries,
    ([promise, query]) =>
      Effect.map(ask(url, query), (rows) => without(promise, rows.map((row) => JSON.stringify(row))))
  )
  return [
    without("every transfer is answered 200", wrong),
    exactly("transfers in the ledger", done, Number(kept?.["n"])),
    exactly("sum of all users' money, in cents", Number(before?.["cents"]), Number(after?.["cents"])),
    ...ledger
  ]
})
