// Delayed jobs on several servers, twenty at a time.
import { Array, Console, Effect } from "effect"
import { exactly, without } from "../../harness/checks.ts"
import { ask as askServer } from "../../harness/client.ts"
import { at } from "../../harness/percentile.ts"
import { ask } from "../../harness/postgresClient.ts"
import { cluster, ready, settled } from "./Cluster.ts"

const jobs = 300
/** Jobs that are asked for, and due, together. */
const together = 20
/** Seconds of the first delay; each further group waits a second longer. */
const first = 5
/** The latest start after the due time, in milliseconds. */
const latest = 5000

/** Accepts the jobs on all servers in turns, and compares their starts with their due times. */
export const delayed = Effect.fnUntraced(function*(nodes: number) {
  const { begin, create } = yield* cluster
  const url = yield* create("drill")
  const servers = yield* Effect.all(Array.makeBy(nodes, () => begin(url)), { concurrency: nodes })
  yield* Effect.forEach(servers, ready, { concurrency: nodes })
  const statuses: Array<number> = []
  for (let group = 0; group < jobs / together; group++) {
    const answers = yield* Effect.forEach(
      Array.range(1, together),
      (n) =>
        askServer(servers[n % nodes]?.port ?? 0, "POST", "/register-user/", {
          email: `delayed-${group}-${n}@example.com`,
          delay: first + group
        }),
      { concurrency: together }
    )
    statuses.push(...answers.map(({ status }) => status))
  }
  yield* Console.log(`${statuses.length} jobs accepted by ${nodes} servers`)
  yield* settled(url)
  const rows = yield* ask(
    url,
    `SELECT id, state, due_at - created_at AS delay,
       (SELECT MIN(started_at) FROM job_attempts WHERE job_id = id) - due_at AS late
     FROM jobs WHERE kind = 'registration' ORDER BY id`
  )
  const late = rows.map((row) => Number(row["late"])).sort((a, b) => a - b)
  yield* Console.log(
    `late by, ms: p50 ${at(late, 0.5)}, p90 ${at(late, 0.9)}, p99 ${at(late, 0.99)}, most ${late.at(-1)}`
  )
  const exceptions = (isOne: (late: number) => boolean) =>
    rows.filter((row) => isOne(Number(row["late"]))).map((row) => JSON.stringify(row))
  return [
    exactly("jobs accepted", jobs, statuses.filter((status) => status === 202).length),
    exactly("jobs kept", jobs, rows.length),
    exactly("jobs that succeeded", jobs, rows.filter(({ state }) => state === "succeeded").length),
    without("no job begins more than 5 s after it is due", exceptions((ms) => ms > latest)),
    without("no job begins before it is due", exceptions((ms) => ms < 0)),
    without("no server warns", servers.flatMap(({ warnings }) => warnings))
  ]
})
