// `npm run soak:registrations` sends 1,000 registrations as fast as they are accepted, with the handbook's durations,
// until the last job has ended, and measures the trivial route meanwhile. Then it measures the acceptance of a
// registration beside 5,000 that wait for their time, and checks the refusal beyond the limit. Linux only, as memory
// and processor time are read from /proc.
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Clock, Console, Duration, Effect } from "effect"
import { type Check, print, without } from "../harness/checks.ts"
import { at } from "../harness/percentile.ts"
import type * as Pinger from "../harness/pinger.ts"
import { makePinger, responsive } from "../harness/pinging.ts"
import { watchProcessors } from "../harness/processorTime.ts"
import { allFinished, type Loaded, registerAll, rested } from "../harness/registrationLoad.ts"
import { barista, memoryOf, node, start } from "../harness/serverProcess.ts"
import { syncingDuring } from "./disk.ts"
import { registrationChecks } from "./registrationChecks.ts"
import { makeWarnings } from "./warnings.ts"

const warmUp = 100
const singles = 200
const burst = 1000
const connections = 64
const waiting = 5000
/** Registrations beyond the limit. */
const refused = 10
/** Seconds. */
const hour = 3600
/** Milliseconds of the trivial route, at the 99th percentile. */
const longest = 50

const figures = (ascending: ReadonlyArray<number>) =>
  `p50 ${at(ascending, 0.5).toFixed(1)} ms, p99 ${at(ascending, 0.99).toFixed(1)} ms, max ${
    at(ascending, 1).toFixed(1)
  } ms`

const row = (name: string, text: string) => Console.log(`${name.padEnd(44)}${text}`)

const live = ({ servers: [ours, idle] }: Pinger.Measurement) =>
  `${figures(ours?.latencies ?? [])}; p99 ${at(idle?.latencies ?? [], 0.99).toFixed(1)} ms of an idle node:http`

interface Cost {
  /** Milliseconds. */
  readonly took: number
  /** Seconds of the server's processor. */
  readonly processor: number
  readonly pings: Pinger.Measurement
  /** Milliseconds of another program's small writes to the disk meanwhile. */
  readonly syncs: ReadonlyArray<number>
  /** MiB of the server's memory: without the load, and the peak. */
  readonly memory: { readonly before: number; readonly peak: number }
}

/** Prints the cost of each job to the server, and to clients of other routes meanwhile. */
const report = Effect.fnUntraced(function*(end: string, jobs: number, { memory, pings, processor, syncs, took }: Cost) {
  const { before, peak } = memory
  yield* row(
    `and all ${end} after`,
    `${(took / 1000).toFixed(1)} s: ${(jobs / took * 1000).toFixed(0)} jobs a second, ${
      (processor / jobs * 1000).toFixed(1)
    } ms of the server's processor each`
  )
  yield* row("GET /health/live meanwhile", live(pings))
  yield* row("4 KiB synced by another program meanwhile", figures(syncs))
  yield* row(
    "memory",
    `${before.toFixed(0)} MiB before, ${peak.toFixed(0)} MiB at the peak: ${
      ((peak - before) * 1024 / jobs).toFixed(0)
    } KiB a job`
  )
})

const all = (name: string, count: number, { milliseconds, others }: Loaded): Check => ({
  name: `all ${count} accepted, ${name}`,
  measured: [milliseconds.length, ...others.slice(0, 3).map(({ body, status }) => `${status}: ${body}`)].join(", "),
  met: milliseconds.length === count
})

/** Starts servers and their observers. */
const makeStage = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const idle = yield* start(node("harness/idle"))
  const pingDuring = yield* makePinger
  const { heed, warnings } = makeWarnings()
  return {
    warnings,
    serve: Effect.fnUntraced(function*(environment: Readonly<Record<string, string>>) {
      const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
      return yield* start(barista(folder, environment), heed)
    }),
    /** Runs a load on a server. */
    measure: Effect.fnUntraced(function*<A, E, R>(pid: number, port: number, load: Effect.Effect<A, E, R>) {
      const { resident: before } = yield* memoryOf(pid)
      const { spent } = yield* watchProcessors(pid)
      const [{ result: [took, result], syncs }, pings] = yield* pingDuring(
        [port, idle.port],
        syncingDuring(Effect.timed(load))
      )
      const processor = yield* spent
      const { peak } = yield* memoryOf(pid)
      const cost: Cost = { took: Duration.toMillis(took), processor, pings, syncs, memory: { before, peak } }
      return { cost, result }
    })
  }
})
type Stage = Effect.Effect.Success<typeof makeStage>

/** Measures registrations that run at once. */
const running = Effect.fnUntraced(function*({ measure, serve }: Stage) {
  const { pid, port } = yield* serve({})
  // compiles the code before the measurement
  yield* registerAll(port, { first: 0, count: warmUp, connections: 1 })
  yield* allFinished(port)
  const single = yield* registerAll(port, { first: warmUp, count: singles, connections: 1 })
  yield* row("acceptance, one at a time, none before", figures(single.milliseconds))
  yield* allFinished(port)

  const began = yield* Clock.currentTimeMillis
  const { cost, result } = yield* measure(
    pid,
    port,
    registerAll(port, { first: warmUp + singles, count: burst, connections }).pipe(
      Effect.bindTo("loaded"),
      Effect.bind("acceptedAt", () => Clock.currentTimeMillis),
      Effect.tap(() => allFinished(port))
    )
  )
  const { acceptedAt, loaded } = result
  yield* row(`acceptance, ${connections} at a time`, figures(loaded.milliseconds))
  yield* row(`${burst} registrations accepted after`, `${((acceptedAt - began) / 1000).toFixed(1)} s`)
  yield* report("done", burst, cost)
  return [
    all("an empty queue", singles, single),
    all(`${connections} at a time`, burst, loaded),
    responsive(`GET /health/live during ${burst} registrations`, longest, cost.pings, cost.syncs),
    ...yield* registrationChecks(port, warmUp + singles + burst)
  ]
})

const refusal = ({ milliseconds, others }: Loaded): Check => {
  const right = others.filter(({ headers, status }) => status === 503 && Number(headers["retry-after"]) > 0)
  return {
    name: `${refused} beyond the limit are answered 503 with Retry-After`,
    measured: `${right.length}, ${milliseconds.length} accepted`,
    met: right.length === refused
  }
}

/** Adds registrations that wait for their time, until there is no room for another. */
const full = Effect.fnUntraced(function*({ measure, serve }: Stage) {
  const limit = String(waiting + singles)
  const { pid, port } = yield* serve({ JOBS_MAX_UNFINISHED: limit, JOBS_MAX_DELAYED: limit })
  const { cost, result } = yield* measure(
    pid,
    port,
    Effect.zipLeft(registerAll(port, { first: 0, count: waiting, connections, delay: hour }), rested(pid))
  )
  yield* row(`acceptance of ${waiting} for later, ${connections} at a time`, figures(result.milliseconds))
  yield* report("put aside", waiting, cost)
  const single = yield* registerAll(port, { first: waiting, count: singles, connections: 1, delay: hour })
  yield* row(`acceptance, one at a time, ${waiting} before`, figures(single.milliseconds))
  const beyond = yield* registerAll(port, { first: waiting + singles, count: refused, connections: 1 })
  return [
    all("to begin later", waiting, result),
    all("an almost full queue", singles, single),
    responsive(`GET /health/live while ${waiting} are put aside`, longest, cost.pings, cost.syncs),
    refusal(beyond)
  ]
})

const bench = Effect.gen(function*() {
  const stage = yield* makeStage
  const checks = [...yield* Effect.scoped(running(stage)), ...yield* Effect.scoped(full(stage))]
  yield* Console.log("")
  yield* print([...checks, without("the servers log no warning and no error", stage.warnings)])
})

NodeRuntime.runMain(Effect.provide(Effect.scoped(bench), NodeContext.layer))
