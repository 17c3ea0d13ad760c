// Kills the server at random moments while clients register users and move money. Afterwards everything accepted must
// have happened exactly once.
import { FileSystem, HttpClient } from "@effect/platform"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { Data, Duration, Effect, Random, Schedule } from "effect"
import { createServer } from "node:net"
import type { Check } from "../../harness/checks.ts"
import { barista, start } from "../../harness/serverProcess.ts"
import * as Clients from "./Clients.ts"
import * as MailServer from "./MailServer.ts"
import { verify } from "./verify.ts"

export interface Options {
  readonly rounds: number
  readonly clients: number
  /** The longest life of a server, from the moment that it listens. */
  readonly longestRound: Duration.Duration
  /** The time for the last server to finish all remaining work. */
  readonly patience: Duration.Duration
}

export interface Report {
  readonly checks: ReadonlyArray<Check>
  readonly requests: number
  readonly repeated: number
  readonly replayed: number
  readonly mails: number
  readonly mailsTwice: number
  readonly mailsDeferred: number
}

/** Work remained when the last server's time was over. */
class NotFinished extends Data.TaggedError("NotFinished")<{ readonly message: string }> {}

/** The interval of mails that are answered 451. */
const deferEvery = 10

/** Finds a free port, which all servers use one after the other. */
const freePort = Effect.async<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
  })
})

/** Waits until no job waits or runs, except the maintenance that is due in an hour. */
const settled = (origin: string) =>
  Effect.gen(function*() {
    const client = yield* HttpClient.HttpClient
    const left = (state: string) =>
      Effect.flatMap(client.get(`${origin}/jobs?state=${state}&kind=registration&limit=1`), (answer) => answer.text)
    const [waiting, running] = yield* Effect.all([left("waiting"), left("running")], { concurrency: 2 })
    return waiting === "[]" && running === "[]"
  }).pipe(
    Effect.retry(Schedule.spaced("100 millis")),
    Effect.repeat({ schedule: Schedule.spaced("200 millis"), until: (done) => done })
  )

/** Runs the rounds and counts; `progress` hears of each round. */
export const run = Effect.fnUntraced(function*(
  { clients, longestRound, patience, rounds }: Options,
  progress: (line: string) => Effect.Effect<void>
) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-crash-" })
  const mail = yield* MailServer.start(deferEvery)
  const port = yield* freePort
  const origin = `http://127.0.0.1:${port}`
  const server = start(barista(folder, {
    PORT: String(port),
    SAMPLE_DATA: "handbook",
    SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    MAIL_FROM: "barista@example.com",
    // shorter than the handbook's, so that many mails end within a round
    MAIL_DURATION: "300 millis",
    PROFILE_DURATION: "200 millis",
    MAILING_LIST_DURATION: "100 millis"
  }))

  let open = true
  const working = yield* Effect.fork(Clients.run(Effect.succeed(origin), clients, () => open))
  for (let round = 1; round <= rounds; round++) {
    const life = yield* Random.nextIntBetween(200, Duration.toMillis(longestRound))
    yield* Effect.scoped(Effect.gen(function*() {
      const { kill } = yield* server
      yield* Effect.sleep(life)
      yield* kill("SIGKILL")
    }))
    yield* progress(`round ${round} of ${rounds}: killed after ${life} ms`)
  }
  const record = yield* Effect.scoped(Effect.gen(function*() {
    const { kill } = yield* server
    open = false
    const record = yield* working
    yield* Effect.timeoutFail(settled(origin), {
      duration: patience,
      onTimeout: () => new NotFinished({ message: `jobs were left ${Duration.format(patience)} after the last start` })
    }).pipe(Effect.catchTag("NotFinished", ({ message }) => progress(message)))
    yield* kill("SIGTERM")
    return record
  }))
  const checks = yield* verify(record.answered, mail.accepted, "example.com").pipe(
    Effect.provide(SqliteClient.layer({ filename: `${folder}/barista.sqlite`, readonly: true }))
  )
  const times = [...mail.accepted.values()]
  return {
    checks,
    requests: record.answered.length,
    repeated: record.repeated,
    replayed: record.replayed,
    mails: times.length,
    mailsTwice: times.filter((n) => n > 1).length,
    mailsDeferred: mail.deferred()
  }
})

/** Lists the checks that do not hold. */
export const failed = ({ checks }: Report): ReadonlyArray<Check> => checks.filter(({ met }) => !met)
