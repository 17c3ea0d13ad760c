// The servers of a contender: one on SQLite, or several on one PostgreSQL database.
import { FileSystem } from "@effect/platform"
import { Effect, Schedule } from "effect"
import { ask } from "../../harness/client.ts"
import { barista, start } from "../../harness/serverProcess.ts"

export interface Place {
  readonly name: string
  /** Folder of the SQLite file; each server on PostgreSQL has one of its own. */
  readonly folder: string
  /** URL of the PostgreSQL database. */
  readonly url: string | undefined
  readonly servers: number
}

/** Short tasks, so that the costs of jobs and of messages are measured rather than the handbook's sleeps. */
const settings = {
  MAIL_DURATION: "0 seconds",
  PROFILE_DURATION: "0 seconds",
  MAILING_LIST_DURATION: "0 seconds",
  CHAT_PROCESSING: "0 seconds",
  ACCESS_LOG: "none"
}

/** Time in which servers share out the jobs: the pause between two looks at which servers live, and some. */
const sharing = "3 seconds"

const ready = (port: number) =>
  Effect.repeat(ask(port, "GET", "/health/ready"), {
    until: ({ status }) => status === 200,
    schedule: Schedule.spaced("50 millis")
  })

/** Starts the servers of a place until the scope closes, and waits until all take part. */
export const serve = Effect.fnUntraced(function*({ folder, servers, url }: Place) {
  const fs = yield* FileSystem.FileSystem
  const begin = Effect.gen(function*() {
    const own = url === undefined ? folder : yield* fs.makeTempDirectoryScoped({ prefix: "barista-nodes-" })
    const started = yield* start(barista(own, url === undefined ? settings : { ...settings, DATABASE_URL: url }))
    yield* Effect.addFinalizer(() => Effect.zipRight(started.kill("SIGTERM"), Effect.ignore(started.exitCode)))
    yield* ready(started.port)
    return started
  })
  const all = yield* Effect.replicateEffect(begin, servers, { concurrency: servers })
  if (servers > 1) yield* Effect.sleep(sharing)
  const [first, ...others] = all.map(({ port }) => port)
  return { pids: all.map(({ pid }) => pid), port: first ?? 0, others, ports: all.map(({ port }) => port) }
})

export type Servers = Effect.Effect.Success<ReturnType<typeof serve>>

/** Fills an empty database by one server: users with money enough for all transfers. */
export const fill = (place: Place, people: number) =>
  Effect.gen(function*() {
    const { port } = yield* serve({ ...place, servers: 1 })
    const each = (n: number) =>
      Effect.zipRight(
        ask(port, "POST", "/users/", { name: `User ${n}`, email: `bench${n}@example.com` }),
        ask(port, "POST", `/accounts/${n}/deposits`, { amount: "1000000.00" })
      )
    // one after the other, as the ids of the users are those of the transfers
    const answers = yield* Effect.forEach(Array.from({ length: people }, (_, n) => n + 1), each, { concurrency: 1 })
    const refused = answers.find(({ status }) => status >= 300)
    if (refused !== undefined) return yield* Effect.dieMessage(`a deposit was refused: ${refused.body}`)
  }).pipe(Effect.scoped)
