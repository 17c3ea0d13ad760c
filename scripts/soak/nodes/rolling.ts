// Every server is replaced under load, one after the other; then by a version with one more kind of job.
import { Array, Console, Effect } from "effect"
import { type Check, exactly, without } from "../../harness/checks.ts"
import { at } from "../../harness/percentile.ts"
import { ask } from "../../harness/postgresClient.ts"
import { watchProcessors } from "../../harness/processorTime.ts"
import { listed } from "../crash/Clients.ts"
import { balanced, leaving, makeBalanced, watchReady } from "./balancer.ts"
import { cluster, ready, settled } from "./Cluster.ts"
import { verify } from "./verify.ts"

/** Jobs of the new kind: some for each shard. */
const novelties = 48

/** Processor time, in seconds per second, of a server that does not spin. */
const rest = 0.25

const novel = "soak/nodes/nextVersion/main"

/** Counts the jobs of the new kind by their states. */
const states = (url: string) =>
  Effect.map(
    ask(url, "SELECT state, COUNT(*)::int AS n FROM jobs WHERE kind = 'novelty' GROUP BY state"),
    (rows) => new Map(rows.map(({ n, state }) => [String(state), Number(n)]))
  )

/** Replaces all servers twice, and returns the checks. */
export const rolling = Effect.fnUntraced(function*(nodes: number, clients: number) {
  const { begin, create, mail } = yield* cluster
  const url = yield* create("drill")
  const running = yield* Effect.all(Array.makeBy(nodes, () => begin(url, { settings: leaving })), {
    concurrency: nodes
  })
  yield* Effect.forEach(running, ready, { concurrency: nodes })
  const ports = yield* watchReady((n) => running[n]?.port ?? 0, nodes)
  const seen = makeBalanced()
  let lastClient = 0

  /** Does something while clients work. */
  const underLoad = Effect.fnUntraced(function*<A, E, R>(work: Effect.Effect<A, E, R>) {
    let open = true
    const numbers = Array.range(lastClient + 1, lastClient + clients)
    lastClient += clients
    const working = yield* Effect.fork(balanced(ports, numbers, () => open, seen))
    const done = yield* work
    open = false
    yield* working
    return done
  })

  /** Stops each server, and starts another one in its place. */
  const roll = Effect.fnUntraced(function*(program: string) {
    for (let n = 0; n < nodes; n++) {
      yield* Effect.sleep("2 seconds")
      const began = performance.now()
      yield* running[n]?.kill("SIGTERM") ?? Effect.void
      const stopped = performance.now()
      const next = yield* begin(url, { program, settings: leaving })
      yield* ready(next)
      running[n] = next
      yield* Console.log(
        `server ${n + 1} of ${nodes} stopped in ${Math.round(stopped - began)} ms, the next is ready after ${
          Math.round(performance.now() - stopped)
        } ms`
      )
    }
  })

  yield* underLoad(Effect.gen(function*() {
    yield* roll("main")
    yield* Console.log("one more kind of job")
    yield* begin(url, { program: novel, settings: { NOVELTIES: String(novelties) } })
    yield* Effect.sleep("10 seconds")
  }))
  yield* Effect.sleep("3 seconds")
  const before = yield* states(url)
  const spent = yield* Effect.forEach(
    running,
    ({ pid }) => Effect.flatMap(watchProcessors(pid), ({ spent }) => Effect.delay(spent, "5 seconds")),
    { concurrency: nodes }
  )
  const perSecond = spent.map((seconds) => seconds / 5)
  const warnings = running.flatMap((server) => server.warnings)
  yield* Console.log(`jobs of the new kind beside servers that do not know it: ${listed(before)}`)
  yield* Console.log(`those servers take ${perSecond.map((share) => share.toFixed(2)).join(", ")} of a processor`)
  yield* Console.log(`their warnings: ${warnings.length}${warnings.slice(0, 2).map((line) => `\n  ${line}`).join("")}`)
  yield* underLoad(roll(novel))
  yield* settled(url)
  const after = yield* states(url)
  const attempts = yield* ask(
    url,
    `SELECT job_id, COUNT(*) FROM job_attempts JOIN jobs ON id = job_id
     WHERE kind = 'novelty' GROUP BY job_id HAVING COUNT(*) <> 1`
  )
  const sorted = seen.milliseconds.toSorted((a, b) => a - b)
  yield* Console.log(`answers: ${listed(seen.outcomes)}`)
  yield* Console.log(
    `${sorted.length} requests, ms: p50 ${at(sorted, 0.5)}, p99 ${at(sorted, 0.99)}, most ${sorted.at(-1)}`
  )
  const waited = before.get("waiting") ?? 0
  return [
    without("no request failed", seen.failed),
    {
      name: "requests that went on to another server",
      measured: String((seen.outcomes.get("ECONNREFUSED") ?? 0) + (seen.outcomes.get("503 Stopping") ?? 0)),
      met: true
    },
    { name: "jobs of the new kind that waited", measured: String(waited), met: waited > 0 },
    exactly("jobs of the new kind that waited or had succeeded", novelties, waited + (before.get("succeeded") ?? 0)),
    without("no old server spins on them", perSecond.filter((share) => share > rest).map(String)),
    exactly("jobs of the new kind that succeeded at the end", novelties, after.get("succeeded") ?? 0),
    without("each ran once", attempts.map((row) => JSON.stringify(row))),
    ...yield* verify(url, seen.answered, mail.accepted)
  ] satisfies ReadonlyArray<Check>
})
