import { expect, layer } from "@effect/vitest"
import { Effect, Encoding, Option, Redacted } from "effect"
import { connect } from "../../support/connect.ts"
import { json } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const token = "a+token/of~sufficient.length=="

const offer = (given: string) => `barista.token.${Encoding.encodeBase64Url(given)}`

const handshake = Effect.fnUntraced(function*(headers: ReadonlyArray<string>) {
  const { port } = yield* TestServer
  const { until, write } = yield* connect(port)
  write([
    "GET /ws/1 HTTP/1.1",
    "Host: a",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
    "\r\n"
  ].join("\r\n"))
  const answer = yield* until("\r\n\r\n")
  return [Number(answer.slice(9, 12)), /^sec-websocket-protocol: (.*)\r$/im.exec(answer)?.[1]]
})

const document = Effect.map(
  Effect.flatMap(TestServer, ({ send }) => send("GET", "/openapi.json")),
  (answer) => JSON.parse(answer.text)
)

layer(TestServer.layer({ apiTokens: Option.some([Redacted.make(token), Redacted.make("another-token-of-ours")]) }))(
  "where tokens are required",
  (it) => {
    const protocols: ReadonlyArray<readonly [string, readonly [number, string | undefined]]> = [
      [`${offer(token)}, barista.v1+json`, [101, "barista.v1+json"]],
      [`barista.v1+text,${offer("another-token-of-ours")}`, [101, "barista.v1+text"]],
      [offer(token), [426, undefined]],
      [`${offer(token)}, unknown`, [426, undefined]],
      [`${offer("a-wrong-token-as-long")}, barista.v1+json`, [401, undefined]],
      [`barista.token.${token.slice(0, 5)}, barista.v1+json`, [401, undefined]],
      ["barista.token., barista.v1+json", [401, undefined]],
      ["barista.v1+json", [401, undefined]]
    ]
    it.effect.each(protocols)("a page's websocket carries its token as a subprotocol, which is not selected: %s", ([
      offered,
      outcome
    ]) =>
      Effect.scoped(Effect.gen(function*() {
        expect(yield* handshake([`Sec-WebSocket-Protocol: ${offered}`])).toEqual(outcome)
      })))

    it.scoped("the header takes precedence, and other requests cannot carry a token in a subprotocol or query", () =>
      Effect.gen(function*() {
        const { send } = yield* TestServer
        expect(yield* handshake([`Authorization: Bearer ${token}`])).toEqual([101, undefined])
        const both = ["Authorization: Bearer wrong", `Sec-WebSocket-Protocol: ${offer(token)}, barista.v1+json`]
        expect(yield* handshake(both)).toEqual([401, undefined])
        const headers = { "sec-websocket-protocol": `${offer(token)}, barista.v1+json` }
        expect((yield* send("GET", "/users", { headers })).status).toBe(401)
        expect((yield* send("GET", `/users?access_token=${encodeURIComponent(token)}`)).status).toBe(401)
      }))

    it.effect("the document requires a token everywhere except for health", () =>
      Effect.gen(function*() {
        const { components, paths, security } = yield* document
        expect(security).toEqual([{ bearer: [] }])
        expect(components.securitySchemes.bearer).toMatchObject({ type: "http", scheme: "bearer" })
        expect(paths["/health/live"].get.security).toEqual([])
        expect(paths["/users"].get.security).toBeUndefined()
        expect(paths["/users"].get.responses["401"]).toBeDefined()
      }))
  }
)

layer(TestServer.layer())("where none are", (it) => {
  it.scoped("the document mentions no token, and a given one is ignored", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const answer = yield* document
      expect(answer.security).toBeUndefined()
      expect(answer.components.securitySchemes).toBeUndefined()
      expect(answer.components.schemas.Unauthorized).toBeUndefined()
      expect(JSON.stringify(answer.paths)).not.toMatch(/"401"|"security"/)
      expect((yield* send("GET", "/docs")).text).not.toContain("\"securitySchemes\":{\"bearer\"")
      expect(yield* handshake([`Sec-WebSocket-Protocol: ${offer(token)}, barista.v1+json`])).toEqual([
        101,
        "barista.v1+json"
      ])
      expect(json(yield* send("GET", "/health/live", { headers: { authorization: "Bearer x" } }))["status"]).toBe("ok")
    }))
})
