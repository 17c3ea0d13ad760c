// `npm run soak:stop` stops the server repeatedly, at random moments, while clients register users, move money and read
// slowly. Afterwards everything answered must have happened once, and everything sent must have had an answer. ROUNDS
// (default 5) is the number of stops; SEED (default: from the time) sets the random draws. The exit code is 1 if a
// check fails.
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { SqliteClient } from "@effect/sql-sqlite-node"
import Sqlite from "better-sqlite3"
import { Clock, Config, Console, Deferred, Duration, Effect, Random } from "effect"
import { connect, type Socket } from "node:net"
import { type Check, print, without } from "../harness/checks.ts"
import { ask } from "../harness/client.ts"
import { allFinished } from "../harness/registrationLoad.ts"
import { barista, start } from "../harness/serverProcess.ts"
import { verify } from "./crash/verify.ts"
import { makeClient, makeRecord, type Round, type StopRecord } from "./stopClients.ts"
import { makeWarnings } from "./warnings.ts"

const clients = 16
const domain = "example.com"
/** Seconds; shorter than a mail takes, so that some mails are cut off and sent after the next start. */
const jobsStopTimeout = 1
/** Seconds: the settings' default. */
const shutdownTimeout = 10
/** Seconds for everything else that closes. */
const margin = 2
/** The range of milliseconds that a server lives before its stop. */
const lives = [300, 2000] as const

/** Sends a request whose last bytes follow on demand, so that its connection is not closed as idle. */
const slowlyReady = Effect.fnUntraced(function*(port: number) {
  const socket = yield* Effect.acquireRelease(
    Effect.async<Socket>((resume) => {
      const socket = connect({ host: "127.0.0.1", port }, () => {
        socket.write("GET /health/ready HTTP/1.1\r\nhost: 127.0.0.1\r\n")
        resume(Effect.succeed(socket))
      })
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )
  let text = ""
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk
  })
  /** Reads the server's answer until the connection closes. */
  const finish = Effect.async<string>((resume) => {
    socket.on("error", ({ message }) => resume(Effect.succeed(message)))
    socket.on("close", () => resume(Effect.succeed(text)))
    socket.write("\r\n")
  })
  return { finish }
})

interface Stop {
  readonly exitCode: number
  readonly seconds: number
  /** The answer of GET /health/ready meanwhile. */
  readonly ready: string
  /** The answer to a request of three seconds, begun just before. */
  readonly slow: number | string
}

interface Options {
  readonly folder: string
  readonly heed: (line: string) => void
  readonly each: ReadonlyArray<ReturnType<typeof makeClient>>
}

const serve = Effect.fnUntraced(function*({ folder, heed }: Options) {
  const stopping = yield* Deferred.make<void>()
  const server = yield* start(
    barista(folder, {
      SAMPLE_DATA: "handbook",
      MAIL_FROM: `barista@${domain}`,
      JOBS_STOP_TIMEOUT: `${jobsStopTimeout} second`
    }),
    (line) => {
      heed(line)
      if (line.includes(`"stopping"`)) Deferred.unsafeDone(stopping, Effect.void)
    }
  )
  const tell = Effect.sync(() => void process.kill(server.pid, "SIGTERM"))
  return { ...server, tell, stopping: Deferred.await(stopping) }
})

/** Runs a server under load, and stops it. */
const stopOnce = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const { exitCode, port, stopping, tell } = yield* serve(options)
    const round: Round = { port, stopAt: Number.POSITIVE_INFINITY }
    const working = yield* Effect.fork(
      Effect.forEach(options.each, (client) => client.during(round), { concurrency: clients, discard: true })
    )
    yield* Effect.sleep(yield* Random.nextIntBetween(...lives))
    const ready = yield* slowlyReady(port)
    const slow = yield* Effect.fork(Effect.either(ask(port, "GET", "/async-slow")))
    yield* Effect.sleep("20 millis")
    // once this is answered, the earlier requests are in flight
    yield* ask(port, "GET", "/health/live")
    const told = yield* Clock.currentTimeMillis
    round.stopAt = performance.now()
    yield* tell
    yield* Effect.timeoutOption(stopping, "5 seconds")
    const answer = yield* Effect.timeoutTo(ready.finish, {
      duration: "5 seconds",
      onSuccess: (text) => text.split("\r\n", 1)[0] ?? "",
      onTimeout: () => "no answer"
    })
    const code = yield* exitCode
    const ended = yield* Clock.currentTimeMillis
    yield* working
    const slowly = yield* slow
    return {
      exitCode: code,
      seconds: (ended - told) / 1000,
      ready: answer,
      slow: slowly._tag === "Right" ? slowly.right.status : slowly.left.message
    } satisfies Stop
  }))

/** Lets the clients and the jobs finish their work. */
const finish = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const { exitCode, port, tell } = yield* serve(options)
    const round: Round = { port, stopAt: Number.POSITIVE_INFINITY }
    yield* Effect.forEach(options.each, (client) => client.finish(round), { concurrency: clients, discard: true })
    yield* allFinished(port)
    yield* tell
    return yield* exitCode
  }))

const mailsOf = (filename: string): ReadonlyMap<string, number> => {
  const db = new Sqlite(filename, { readonly: true })
  const ids = db.prepare<[], string>("SELECT message_id FROM outbox").pluck().all()
  db.close()
  return new Map(ids.map((id) => [id, 1]))
}

const databaseChecks = (filename: string, record: StopRecord) =>
  Effect.provide(
    verify(record.answered, mailsOf(filename), domain),
    SqliteClient.layer({ filename, readonly: true })
  )

const stopChecks = (stops: ReadonlyArray<Stop>): ReadonlyArray<Check> => {
  const longest = shutdownTimeout + jobsStopTimeout + margin
  const times = stops.map(({ seconds }) => seconds)
  const exceptions = (wrong: (stop: Stop) => string | undefined) => stops.flatMap((stop) => wrong(stop) ?? [])
  return [
    without(
      "each stop ends with exit code 0",
      exceptions(({ exitCode }) => exitCode === 0 ? undefined : String(exitCode))
    ),
    {
      name: `each within ${longest} s, the timeouts of requests and jobs and ${margin} s`,
      measured: times.map((seconds) => `${seconds.toFixed(1)} s`).join(", "),
      met: times.every((seconds) => seconds <= longest)
    },
    without(
      "GET /health/ready is 503 meanwhile",
      exceptions(({ ready }) => ready.startsWith("HTTP/1.1 503") ? undefined : ready)
    ),
    without(
      "a request of 3 s that was under way is answered",
      exceptions(({ slow }) => slow === 200 ? undefined : String(slow))
    )
  ]
}

const bench = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const rounds = yield* Config.withDefault(Config.integer("ROUNDS"), 5)
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
  const record = makeRecord()
  const { heed, warnings } = makeWarnings()
  const each = Array.from({ length: clients }, (_, n) => makeClient(n + 1, record))
  const options = { folder, heed, each }
  const stops: Array<Stop> = []
  for (let round = 1; round <= rounds; round++) {
    const stop = yield* stopOnce(options)
    stops.push(stop)
    yield* Console.log(`round ${round} of ${rounds}: stopped in ${stop.seconds.toFixed(1)} s`)
  }
  const [took] = yield* Effect.timed(finish(options))
  const { answered, crossed, finished, refused, repeated, slow, turnedAway, wrong } = record
  yield* Console.log([
    `${answered.length} changes answered and ${slow} slow reads, ${finished} of them after the stop had begun`,
    `${turnedAway} turned away with 503 or 409, ${refused} connections refused, ${repeated} requests repeated`,
    `${crossed} sent after the stop on a connection that the server was closing as idle`,
    `what was left was done ${Duration.toSeconds(took).toFixed(1)} s after the last start\n`
  ].join("\n"))
  yield* print([
    ...stopChecks(stops),
    without("every request sent before the stop has its answer, and no answer is cut off", wrong),
    ...yield* databaseChecks(`${folder}/barista.sqlite`, record),
    without("the servers log no error", warnings.filter((line) => !line.includes(`"logLevel":"WARN"`)))
  ])
})

const main = Effect.gen(function*() {
  const seed = yield* Config.withDefault(Config.integer("SEED"), (yield* Clock.currentTimeMillis) % 1_000_000)
  yield* Console.log(`SEED=${seed}, ${clients} clients`)
  yield* Effect.withRandom(bench, Random.make(seed))
})

NodeRuntime.runMain(Effect.provide(Effect.scoped(main), NodeContext.layer))
