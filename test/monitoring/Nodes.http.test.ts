import { expect, layer } from "@effect/vitest"
import { Duration, Effect, Option, Redacted } from "effect"
import { hostname } from "node:os"
import { connect } from "../support/connect.ts"
import { onDialect } from "../support/dialect.ts"
import { json } from "../support/send.ts"
import { TestServer } from "../support/TestServer.ts"

const live = { excludeTestServices: true } as const

/** Mails that end only when the server stops. */
const slow = { mailDuration: Duration.hours(1), jobsStopTimeout: Duration.zero }

const shards = onDialect({ sqlite: 8, postgres: 12 })

layer(TestServer.layer(slow), live)("GET /nodes", (it) => {
  it.effect("lists this server, and its attempts as they begin, to one who reads events", () =>
    Effect.gen(function*() {
      const { port, send } = yield* TestServer
      const client = yield* connect(port)
      client.write("GET /nodes/ HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
      const first = yield* client.until("\ndata: ")
      expect(first).toContain("event: nodes")
      yield* send("POST", "/send-notification-async/?email=a@example.org")
      yield* client.until("\"activity\":\"e-mail\"")
      const answer = yield* send("GET", "/nodes")
      expect([answer.status, answer.headers["vary"]]).toEqual([200, "accept, accept-language"])
      expect(json(answer)).toMatchObject({
        shards,
        takeovers: [],
        nodes: [{
          host: hostname(),
          pid: process.pid,
          is_this: true,
          version: "0.1.0",
          state: "alive",
          shards,
          running: 1,
          chat_members: 0,
          attempts: [{
            job: expect.stringMatching(/^\/jobs\/\d+$/),
            kind: "notification-async",
            activity: "e-mail",
            attempt: 1
          }]
        }]
      })
    }).pipe(Effect.scoped))

  it.effect("counts the members of the chat", () =>
    Effect.gen(function*() {
      const { port, send } = yield* TestServer
      const member = yield* connect(port)
      member.write(
        "GET /ws/7 HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n" +
          "Sec-WebSocket-Protocol: barista.v1+json\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
      )
      yield* member.until("joined")
      const members = Effect.map(send("GET", "/nodes"), ({ text }) => JSON.parse(text).nodes[0].chat_members)
      expect(yield* Effect.repeat(members, { until: (count) => count === 1 })).toBe(1)
    }).pipe(Effect.scoped))
})

layer(TestServer.layer({ apiTokens: Option.some([Redacted.make("secret-of-16-chars")]) }), live)(
  "with API_TOKENS",
  (it) => {
    it.effect("/nodes needs a token, as it names hosts", () =>
      Effect.gen(function*() {
        const { send } = yield* TestServer
        expect((yield* send("GET", "/nodes")).status).toBe(401)
        const answer = yield* send("GET", "/nodes", { headers: { authorization: "Bearer secret-of-16-chars" } })
        expect(answer.status).toBe(200)
      }))
  }
)
