// Four servers at once on an empty database, again and again.
import { Array, Console, Effect } from "effect"
import { type Check, exactly } from "../../harness/checks.ts"
import { ask } from "../../harness/postgresClient.ts"
import { cluster, ready } from "./Cluster.ts"

const servers = 4

/** Counts of a database that servers began together, each with its query. */
const once: ReadonlyArray<readonly [what: string, query: string, expected: number]> = [
  [
    "migrations done more than once",
    "SELECT COUNT(*) - COUNT(DISTINCT migration_id) AS n FROM effect_sql_migrations",
    0
  ],
  ["users of the sample data", "SELECT COUNT(*) AS n FROM users", 3],
  ["transactions of the sample data", "SELECT COUNT(*) AS n FROM ledger_transactions", 2],
  ["maintenance jobs", "SELECT COUNT(*) AS n FROM jobs WHERE kind = 'maintenance'", 1],
  ["maintenance jobs known to the engine", "SELECT COUNT(*) AS n FROM cluster_messages", 1]
]

/** Starts four servers on an empty database, so many times. */
export const empty = Effect.fnUntraced(function*(rounds: number) {
  const { begin, create } = yield* cluster
  const checks: Array<Check> = []
  for (let round = 1; round <= rounds; round++) {
    const url = yield* create(`empty_${round}`)
    const began = performance.now()
    const running = yield* Effect.all(Array.makeBy(servers, () => Effect.either(begin(url))), { concurrency: servers })
    const started = Array.getRights(running)
    const times = yield* Effect.forEach(started, ready, { concurrency: servers })
    const isReady = times.filter(Number.isFinite).length
    yield* Console.log(
      `round ${round} of ${rounds}: ${isReady} of ${servers} servers ready after ${
        Math.round(performance.now() - began)
      } ms`
    )
    checks.push(exactly(`round ${round}: servers ready`, servers, isReady))
    for (const [what, query, expected] of once) {
      const [row] = yield* ask(url, query)
      checks.push(exactly(`round ${round}: ${what}`, expected, Number(row?.["n"])))
    }
    const warnings = started.flatMap((server) => server.warnings)
    checks.push({
      name: `round ${round}: warnings and errors in the logs`,
      measured: [warnings.length, ...warnings.slice(0, 3)].join("\n           "),
      met: warnings.length === 0
    })
    yield* Effect.forEach(started, ({ kill }) => kill("SIGTERM"), { concurrency: servers, discard: true })
  }
  return checks
})
