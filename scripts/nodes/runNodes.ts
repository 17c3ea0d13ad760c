import { FileSystem } from "@effect/platform"
import { Config, Console, Data, Deferred, Duration, Effect, Option, type Scope } from "effect"
import { parseDatabaseUrl } from "../../src/domain/DatabaseUrl.ts"
import { ask } from "../harness/postgresClient.ts"
import { postgresServer } from "../harness/postgresServer.ts"
import { barista, start } from "../harness/serverProcess.ts"
import { type Balancer, balancer } from "./balancer.ts"

/** Servers that fit the 200 connections of the PostgreSQL server: each takes up to 20. */
export const most = 9

/** Pause before a dead server is started again: a takeover takes six or seven seconds, and can be watched first. */
const pause = Duration.seconds(20)

/** Time that a mail takes, so that there is something to take over. */
const mailDuration = "20 seconds"

/** The servers cannot share the database that the environment names. */
class WrongDatabase extends Data.TaggedError("WrongDatabase")<{ readonly message: string }> {}

/** The database: one that the environment names, which is kept, or one that is gone with this command. */
const database: Effect.Effect<string, { readonly message: string }, Scope.Scope> = Effect.gen(function*() {
  const given = yield* Effect.orDie(Config.option(Config.nonEmptyString("DATABASE_URL")))
  if (Option.isSome(given)) {
    if (parseDatabaseUrl(given.value)?.dialect !== "postgres") {
      return yield* new WrongDatabase({
        message: "DATABASE_URL: several servers need postgres://user:secret@host:5432/database; " +
          "without DATABASE_URL a temporary PostgreSQL is started"
      })
    }
    yield* Console.log("The servers use the database of DATABASE_URL, which keeps what you do.")
    return given.value
  }
  const { bin, folder, url } = yield* postgresServer
  yield* ask(url("postgres"), "CREATE DATABASE barista")
  yield* Console.log(
    `PostgreSQL of ${bin} runs in ${folder}.\n` +
      "The folder is removed at the end; DATABASE_URL names a database to keep.\n" +
      `Look into it: psql ${url("barista")}`
  )
  return url("barista")
})

/** Listens to Enter; `next` completes at the next one. */
const enters = Effect.gen(function*() {
  const own = yield* Effect.fiberId
  let next = Deferred.unsafeMake<void>(own)
  const pressed = () => {
    Deferred.unsafeDone(next, Effect.void)
    next = Deferred.unsafeMake(own)
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => process.stdin.on("data", pressed)),
    (stdin) => Effect.sync(() => stdin.off("data", pressed).destroy())
  )
  return { next: Effect.suspend(() => Deferred.await(next)) }
})

/** Lines of a server's log that tell of more than its daily work. */
const isWarning = /"logLevel":"(?:WARN|ERROR|FATAL)/

/** Runs one server after another in one place behind the balancer. */
const place = (
  number: number,
  environment: Readonly<Record<string, string>>,
  { add, remove }: Balancer,
  enter: Effect.Effect<void>
) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-node-" })
    const heed = (line: string) => {
      if (isWarning.test(line)) process.stdout.write(`server ${number}: ${line}\n`)
    }
    const { exitCode, pid, port } = yield* start(barista(dataDir, environment), heed)
    yield* add(port)
    yield* Console.log(`server ${number}: pid ${pid}, http://127.0.0.1:${port}; end it by: kill -9 ${pid}`)
    yield* Effect.exit(exitCode)
    yield* remove(port)
    yield* Console.log(
      `server ${number}: pid ${pid} has ended; the next one starts in ${Duration.format(pause)}, or at once on Enter`
    )
  }).pipe(
    Effect.scoped,
    Effect.catchTag("NotStarted", ({ message }) => Console.log(`server ${number}: ${message}; tried again`)),
    Effect.zipRight(Effect.raceFirst(Effect.sleep(pause), enter)),
    Effect.forever
  )

/** The balancer's port; 0 is any free one. */
const entryPort = Config.integer("PORT").pipe(
  Config.validate({ message: "a port from 0 to 65535 is needed", validation: (port) => port >= 0 && port <= 65_535 })
)

/** Runs servers on one database behind a balancer until interrupted. */
export const runNodes = Effect.fnUntraced(function*(count: number) {
  const port = yield* Config.withDefault(entryPort, 3000)
  const url = yield* database
  const entry = yield* balancer(port)
  const environment = {
    DATABASE_URL: url,
    SAMPLE_DATA: "handbook",
    MAIL_DURATION: yield* Config.withDefault(Config.nonEmptyString("MAIL_DURATION"), mailDuration)
  }
  const { next: enter } = yield* enters
  yield* Console.log(
    `\nConsole: ${entry.origin}/#/nodes   (a balancer before all servers; Ctrl-C ends everything)\n` +
      `Work:    curl -X POST '${entry.origin}/register-user/?email=zoe@example.com'   ` +
      `(its mail takes ${environment.MAIL_DURATION})\n`
  )
  return yield* Effect.forEach(
    Array.from({ length: count }, (_, index) => index + 1),
    (number) => place(number, environment, entry, enter),
    { concurrency: count, discard: true }
  )
})
