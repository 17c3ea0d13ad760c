import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { send } from "../../support/send.ts"
import * as ServerProcess from "../../support/ServerProcess.ts"

/** Node reports each file that it loads. */
const reported = { NODE_DEBUG: "module" }

const driver = /MODULE \d+: load ".*\/node_modules\/pg\/.*"/

describe("the driver of PostgreSQL", () => {
  it.scopedLive("is not loaded by a server on SQLite, nor by its jobs and queries", () =>
    Effect.gen(function*() {
      const server = yield* ServerProcess.server({ ...reported, MAIL_DURATION: "0 seconds" })
      const ask = send(yield* ServerProcess.port(server))
      const answers = [
        yield* ask("POST", "/register-user/?email=a@example.com"),
        yield* ask("GET", "/users/?limit=1")
      ]
      expect(answers.map(({ status }) => status)).toEqual([202, 200])
      server.signal("SIGTERM")
      yield* server.ended
      expect(server.said()).toMatch(/MODULE \d+: load ".*better-sqlite3/)
      expect(server.said()).not.toMatch(driver)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("is loaded by a server that is told of a PostgreSQL database", () =>
    Effect.gen(function*() {
      // nothing listens on this port, so the start is refused
      const server = yield* ServerProcess.server({
        ...reported,
        DATABASE_URL: "postgres://barista@127.0.0.1:1/barista"
      })
      yield* server.ended
      expect(server.said()).toMatch(driver)
    }).pipe(Effect.provide(NodeContext.layer)))
})
