import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import * as LoopbackServer from "../../support/LoopbackServer.ts"
import { send } from "../../support/send.ts"
import * as ServerProcess from "../../support/ServerProcess.ts"

/** Finds a free port, as a server whose standard output is not read cannot report its own. */
const freePort = Effect.scoped(Effect.map(LoopbackServer.make(() => undefined), ({ url }) => Number(url.port)))

const server = "exec node dist/main.js"

/** Readers of standard output, as a shell makes them. */
const readers = {
  "a full disk": `${server} > /dev/full`,
  "a reader that has left": `{ ${server}; } | true`,
  "a reader that stands still": `{ ${server}; } | exec sleep 60`,
  "a terminal that stands still": `script --quiet --command "${server}" /dev/null | exec sleep 60`
}

const cases = [
  ...Object.entries(readers).map(([reader, command]) => ({ format: "pretty", reader, command })),
  { format: "json", reader: "the same", command: readers["a terminal that stands still"] }
]

/** A path so long that forty requests overfill a pipe, a terminal and the log's backlog. */
const longPath = `/${"x".repeat(8000)}`

/** Waits until a server whose output is not read is ready. */
const isReady = (port: number) =>
  Effect.retry(
    Effect.filterOrFail(send(port)("GET", "/health/ready"), ({ status }) => status === 200),
    Schedule.spaced("20 millis")
  )

describe("the log, whatever happens to its reader", () => {
  it.scopedLive.each(cases)("$format to $reader: the server goes on", ({ command, format }) =>
    Effect.gen(function*() {
      const port = yield* freePort
      const environment = { PORT: String(port), LOG_FORMAT: format, ACCESS_LOG: "all", LOG_BACKLOG_BYTES: "65536" }
      yield* ServerProcess.server(environment, command)
      yield* isReady(port)
      const statuses = yield* Effect.forEach(
        Array.from({ length: 40 }, () => longPath),
        (path) => Effect.map(send(port)("GET", path), ({ status }) => status),
        { concurrency: 4 }
      )
      expect(new Set(statuses)).toEqual(new Set([404]))
    }).pipe(Effect.provide(NodeContext.layer)))
})
