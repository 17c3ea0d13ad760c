// Servers on one PostgreSQL database, for drills that restart them or their database.
import { FileSystem } from "@effect/platform"
import { Effect, ExecutionStrategy, Schedule, Scope } from "effect"
import { ask as askServer } from "../../harness/client.ts"
import { ask } from "../../harness/postgresClient.ts"
import { postgresServer } from "../../harness/postgresServer.ts"
import { barista, node, start } from "../../harness/serverProcess.ts"
import * as MailServer from "../crash/MailServer.ts"
import { makeWarnings } from "../warnings.ts"
import { environment } from "./environment.ts"

/** The program of a server, and settings of its own. */
export interface Variant {
  readonly program?: string
  readonly settings?: Readonly<Record<string, string>>
}

/** Time for a server to become ready. */
const patience = "30 seconds"

/** Starts a database and a mail server. The servers that `begin` starts end with the caller's scope. */
export const cluster = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const postgres = yield* postgresServer
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-nodes-" })
  const mail = yield* MailServer.start(10)
  const outer = yield* Effect.scope

  const create = Effect.fnUntraced(function*(database: string) {
    yield* ask(postgres.url("postgres"), `CREATE DATABASE ${database}`)
    return postgres.url(database)
  })

  const begin = Effect.fnUntraced(function*(url: string, { program = "main", settings = {} }: Variant = {}) {
    const scope = yield* Scope.fork(outer, ExecutionStrategy.sequential)
    const dataDir = yield* fs.makeTempDirectory({ directory: folder })
    const { heed, warnings } = makeWarnings()
    const server = yield* Scope.extend(
      start(barista(dataDir, { ...environment(url, mail.port), ...settings }, node(program)), heed),
      scope
    )
    const state = { hasEnded: false }
    yield* Effect.forkIn(
      Effect.ensuring(
        Effect.exit(server.exitCode),
        Effect.sync(() => {
          state.hasEnded = true
        })
      ),
      outer
    )
    return { ...server, warnings, origin: `http://127.0.0.1:${server.port}`, hasEnded: () => state.hasEnded }
  })

  return { postgres, mail, create, begin }
})

export type Cluster = Effect.Effect.Success<typeof cluster>
export type Server = Effect.Effect.Success<ReturnType<Cluster["begin"]>>

/** Waits until a server is ready; returns the milliseconds that it took, or infinity. */
export const ready = ({ port }: Server) =>
  Effect.suspend(() => {
    const began = performance.now()
    return Effect.option(askServer(port, "GET", "/health/ready")).pipe(
      Effect.repeat({
        schedule: Schedule.spaced("50 millis"),
        until: (answer) => answer._tag === "Some" && answer.value.status === 200
      }),
      Effect.timeoutTo({
        duration: patience,
        onSuccess: () => Math.round(performance.now() - began),
        onTimeout: () => Infinity
      })
    )
  })

/** Waits until no job waits or runs, except the maintenance that is due in an hour; gives up after two minutes. */
export const settled = (url: string) =>
  ask(url, "SELECT 1 FROM jobs WHERE kind <> 'maintenance' AND state IN ('waiting', 'running') LIMIT 1").pipe(
    Effect.repeat({ schedule: Schedule.spaced("200 millis"), until: (left) => left.length === 0 }),
    Effect.timeoutOption("2 minutes")
  )
