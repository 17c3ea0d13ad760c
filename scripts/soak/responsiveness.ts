// `npm run soak:responsiveness` measures the trivial route while everything else is busy, by a request every 10 ms from
// a separate process. BENCH_SECONDS (default 6) is the length of each load. UPLOAD_MB (default 1024) is the size of the
// upload in MiB.
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import Sqlite from "better-sqlite3"
import { Config, Console, Deferred, Effect, Schema } from "effect"
import { createServer, type Socket } from "node:net"
import { type Check, print } from "../harness/checks.ts"
import { type Answer, ask, type RequestFailed, upload } from "../harness/client.ts"
import { at } from "../harness/percentile.ts"
import type * as Pinger from "../harness/pinger.ts"
import { makePinger, responsive } from "../harness/pinging.ts"
import { barista, node, start } from "../harness/serverProcess.ts"
import { stalledDisk } from "./stalledDisk.ts"

/** Milliseconds, at the 99th percentile. */
const longest = 20

interface Load {
  readonly name: string
  readonly callers: number
  readonly request: (port: number) => Effect.Effect<Answer, RequestFailed>
  /** Measures until at least one request is answered, however long that takes. */
  readonly whole?: boolean
}

const deleted = (port: number) => ({ body }: Answer) =>
  Effect.flatMap(
    Effect.orDie(Schema.decode(Schema.parseJson(Schema.Struct({ url: Schema.String })))(body)),
    ({ url }) => ask(port, "DELETE", url)
  )

const get = (callers: number, path: string): Load => ({
  name: `${callers} x GET ${path}`,
  callers,
  request: (port) => ask(port, "GET", path)
})

/** Milliseconds that a sync takes on the stalled disk. */
const stall = 300

/** Changes that are refused beyond the lock's time, and repeated. */
const transfers: Load = {
  name: "32 x POST /transfer-money/",
  callers: 32,
  request: (port) =>
    Effect.tap(
      ask(port, "POST", "/transfer-money/?from_user=1&to_user=2&amount=0.01"),
      ({ status }) => status === 503 ? Effect.sleep("20 millis") : Effect.void
    )
}

/** Locks a server's database from this process for three seconds, or until the scope closes. */
const holdLock = (folder: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const database = new Sqlite(`${folder}/barista.sqlite`)
      database.exec("BEGIN IMMEDIATE")
      return database
    }),
    (database) => Effect.sync(() => database.close())
  ).pipe(Effect.zipRight(Effect.sleep("3 seconds")), Effect.scoped)

const items = Array.from({ length: 300 }, (_, n) => `item ${n}`)

const badExternalCalls = get(5, "/bad-external-calls")

const loads = (megabytes: number): ReadonlyArray<Load> => [
  get(8, "/sync-slow"),
  badExternalCalls,
  get(8, "/bad-async-usage/"),
  get(8, "/cpu-intensive-async/"),
  {
    name: `POST /upload-async/ of ${megabytes} MiB`,
    callers: 1,
    request: (port) => Effect.tap(upload(port, "/upload-async/", megabytes * 1_048_576), deleted(port)),
    whole: true
  },
  { name: "POST /batch-process/ of 300", callers: 1, request: (port) => ask(port, "POST", "/batch-process/", items) }
]

/** Accepts connections and never answers. */
const silentUpstream = Effect.acquireRelease(
  Effect.async<{ readonly port: number; readonly close: Effect.Effect<void> }>((resume) => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket)).resume()
    })
    const close = Effect.sync(() => {
      server.close()
      for (const socket of sockets) socket.destroy()
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(Effect.succeed({ port: typeof address === "object" ? address?.port ?? 0 : 0, close }))
    })
  }),
  ({ close }) => close
)

/** Runs loads together for some seconds; returns the number of answers by status. */
const runLoads = Effect.fnUntraced(function*(port: number, loads: ReadonlyArray<Load>, seconds: number) {
  const statuses = new Map<string, number>()
  const count = (status: string) => statuses.set(status, (statuses.get(status) ?? 0) + 1)
  yield* Effect.scoped(Effect.gen(function*() {
    const finished: Array<Effect.Effect<void>> = []
    for (const { callers, request, whole = false } of loads) {
      const first = yield* Deferred.make<void>()
      if (whole) finished.push(Deferred.await(first))
      const caller = request(port).pipe(
        Effect.match({ onSuccess: ({ status }) => count(String(status)), onFailure: () => count("failed") }),
        Effect.zipRight(Deferred.succeed(first, undefined)),
        Effect.forever
      )
      yield* Effect.replicateEffect(Effect.forkScoped(caller), callers)
    }
    yield* Effect.sleep(`${seconds} seconds`)
    yield* Effect.all(finished, { concurrency: 1 })
  }))
  return [...statuses].map(([status, count]) => `${status}: ${count}`).join(", ")
})

const column = (times: ReadonlyArray<number>, ...shares: ReadonlyArray<number>) =>
  shares.map((share) => at(times, share).toFixed(1).padStart(7)).join("")

const row = (name: string, { lateness, servers: [ours, other] }: Pinger.Measurement, answers: string) =>
  `${name.padEnd(48)}${column(ours?.latencies ?? [], 0.5, 0.99, 1)}   ${
    column(other?.latencies ?? [], 0.5, 0.99, 1)
  }   ${column(lateness, 0.99, 1)}   ${answers}`

const header = `${"ms".padEnd(48)}${"p50    p99    max".padStart(21)}   ${"p50    p99    max".padStart(21)}   ${
  "p99    max".padStart(14)
}\n${"".padEnd(48)}${"barista".padStart(21)}   ${"an idle node:http".padStart(21)}   ${
  "sent late".padStart(14)
}   answers to the load`

const bench = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const seconds = yield* Config.withDefault(Config.integer("BENCH_SECONDS"), 6)
  const all = loads(yield* Config.withDefault(Config.integer("UPLOAD_MB"), 1024))
  const silent = yield* silentUpstream
  const serve = Effect.fnUntraced(function*(environment: Readonly<Record<string, string>>) {
    const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
    const { port } = yield* start(barista(folder, environment))
    return { folder, port }
  })
  const idle = yield* start(node("harness/idle"))
  const withUpstream = yield* serve({})
  const withSilent = yield* serve({ UPSTREAM_URL: `http://127.0.0.1:${silent.port}` })
  const withLock = yield* serve({ SAMPLE_DATA: "handbook" })
  const withStalledDisk = yield* serve({ SAMPLE_DATA: "handbook", ...(yield* stalledDisk(stall)) })
  const pingDuring = yield* makePinger

  const checks: Array<Check> = []
  const phase = Effect.fnUntraced(function*(
    name: string,
    port: number,
    loads: ReadonlyArray<Load>,
    beside: Effect.Effect<void> = Effect.void
  ) {
    const [answers, measurement] = yield* pingDuring(
      [port, idle.port],
      Effect.zipLeft(runLoads(port, loads, seconds), beside, { concurrent: true })
    )
    checks.push(responsive(name, longest, measurement))
    yield* Console.log(row(name, measurement, answers))
  })

  // starts threads and compiles code before the measurement
  for (const { port } of [withUpstream, withSilent]) yield* runLoads(port, loads(16), 2)
  for (const { port } of [withLock, withStalledDisk]) yield* runLoads(port, [transfers], 2)
  yield* Console.log(header)
  yield* phase("idle", withUpstream.port, [])
  for (const load of all) yield* phase(load.name, withUpstream.port, [load])
  yield* phase("all together", withUpstream.port, all)
  yield* phase(`${badExternalCalls.name}, silent upstream`, withSilent.port, [badExternalCalls])
  yield* phase("all together, silent upstream", withSilent.port, all)
  yield* phase(`${transfers.name}, locked by another process`, withLock.port, [transfers], holdLock(withLock.folder))
  yield* phase(`${transfers.name}, syncs of ${stall} ms`, withStalledDisk.port, [transfers])
  yield* Console.log("")
  yield* print(checks)
})

NodeRuntime.runMain(Effect.provide(Effect.scoped(bench), NodeContext.layer))
