import { Effect } from "effect"
import { at } from "../../harness/percentile.ts"
import { makePinger } from "../../harness/pinging.ts"
import { node, start } from "../../harness/serverProcess.ts"
import { Bench } from "../suite/Bench.ts"
import type { Contender, Row } from "../suite/Row.ts"
import { product, type Server } from "../suite/servers.ts"
import { within } from "./http.ts"

/** The shortest measurement in seconds, of a hundred pings each, as a 99th percentile needs many. */
const shortest = 2

const requests = [{ method: "GET", path: "/cpu-intensive-async" }] as const

const bare: Server = { name: "node:http", command: Effect.succeed(node("bench/contenders/cpu")) }

const contender = (callers: number) => ({ command, name }: Server): Contender => ({
  name,
  start: Effect.gen(function*() {
    const { load, seconds } = yield* Bench
    const { port } = yield* start(yield* command)
    const pingDuring = yield* makePinger
    return Effect.fnUntraced(function*() {
      const jobs = load({ port, connections: callers, requests, seconds: Math.max(shortest, seconds) })
      const [{ failed, rate }, { servers: [pings] }] = yield* pingDuring([port], jobs)
      return { values: { jobs: rate, health: at(pings?.latencies ?? [], 0.99) }, failed: failed + (pings?.failed ?? 0) }
    })
  })
})

const row = (callers: number): Row => ({
  name: `cpu-${callers}`,
  title: `GET /cpu-intensive-async/ by ${callers} caller${callers === 1 ? "" : "s"}; GET /health/live meanwhile`,
  figures: [
    { name: "jobs", unit: "jobs/s", better: "higher", targets: [] },
    { name: "health", unit: "ms p99", better: "lower", targets: callers === 2 ? [within(5)] : [] }
  ],
  contenders: [bare, product()].map(contender(callers))
})

/** Computes beside the event loop; the peer uses a plain pool of two worker threads. */
export const cpu = [row(1), row(2), row(4)]
