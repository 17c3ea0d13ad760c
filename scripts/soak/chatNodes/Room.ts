// Servers on one PostgreSQL database that share the chat, as processes.
import { FileSystem } from "@effect/platform"
import { Array, Effect, Exit, Scope } from "effect"
import { ask } from "../../harness/postgresClient.ts"
import { postgresServerWith } from "../../harness/postgresServer.ts"
import { processorSeconds } from "../../harness/processorTime.ts"
import { barista, start } from "../../harness/serverProcess.ts"

/** Starts one server, which ends with its scope. */
const begin = Effect.fnUntraced(function*(url: string, folder: string) {
  const fs = yield* FileSystem.FileSystem
  const scope = yield* Scope.make()
  const dataDir = yield* fs.makeTempDirectory({ directory: folder })
  const { pid, port } = yield* Scope.extend(
    start(barista(dataDir, {
      DATABASE_URL: url,
      CHAT_PROCESSING: "0 seconds",
      ACCESS_LOG: "none",
      LOG_FORMAT: "json"
    })),
    scope
  )
  return { pid, port, scope }
})

export type Server = Effect.Effect.Success<ReturnType<typeof begin>>

/** Matches the sessions that listen, by their last statement: LISTEN, or the question whether the server is there. */
const listening = "(query LIKE 'LISTEN%' OR query = 'SELECT 1')"

/** Starts a database, and servers on it all at once, until the scope closes. */
export const make = Effect.fnUntraced(function*(count: number) {
  const fs = yield* FileSystem.FileSystem
  const postgres = yield* postgresServerWith({ isDurable: true })
  yield* ask(postgres.url("postgres"), "CREATE DATABASE chat")
  const url = postgres.url("chat")
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-chat-" })
  const servers = yield* Effect.all(Array.makeBy(count, () => begin(url, folder)), { concurrency: count })
  yield* Effect.addFinalizer(() =>
    Effect.forEach(servers, ({ scope }) => Scope.close(scope, Exit.void), { concurrency: count, discard: true })
  )
  const rows = (query: string) => ask(url, query)
  return {
    servers,
    rows,
    crash: postgres.crash,
    /** Seconds of processor time of the servers and of the database, and bytes of the database's log, until now. */
    used: Effect.all({
      servers: Effect.suspend(() => processorSeconds(servers.map(({ pid }) => pid))),
      database: Effect.flatMap(postgres.pid, (pid) => processorSeconds([pid])),
      log: Effect.map(
        rows("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS bytes"),
        ([row]) => Number(row?.["bytes"])
      )
    }),
    /** Puts a new server in a dead one's place. */
    replace: (server: Server) =>
      Effect.gen(function*() {
        yield* Scope.close(server.scope, Exit.void)
        const next = yield* begin(url, folder)
        servers[servers.indexOf(server)] = next
        return next
      }),
    /** Ends the sessions by which the servers hear of each other's events; returns their number. */
    endListening: Effect.map(
      rows(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND ${listening}
         AND pid <> pg_backend_pid()`
      ),
      ({ length }) => length
    )
  }
})
export type Room = Effect.Effect.Success<ReturnType<typeof make>>

export const signal = ({ pid }: Server, name: NodeJS.Signals) => Effect.sync(() => void process.kill(pid, name))
