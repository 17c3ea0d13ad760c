import { expect, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { connect } from "../../support/connect.ts"
import { json } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const allowed = "https://app.example"

const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
  Effect.flatMap(TestServer, (server) => server.send(method, path, { headers, ...(body !== undefined && { body }) }))

const transfer = "/transfer-money?from_user=1&to_user=2&amount=0.01"

const balance = Effect.map(send("GET", "/accounts/1"), (answer) => json(answer)["balance_cents"])

/** Returns the status line and headers of the answer to a websocket handshake. */
const handshake = Effect.fnUntraced(function*(headers: Record<string, string>) {
  const { port } = yield* TestServer
  const connection = yield* connect(port)
  const given = { host: `127.0.0.1:${port}`, ...headers }
  connection.write([
    "GET /ws/1 HTTP/1.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...Object.entries(given).map(([name, value]) => `${name}: ${value}`),
    "\r\n"
  ].join("\r\n"))
  return (yield* connection.until("\r\n\r\n")).slice(9, 12)
})

layer(TestServer.layer({ allowedOrigins: [allowed], allowedHosts: ["barista.example"] }))("a page", (it) => {
  const foreign: ReadonlyArray<readonly [string, Record<string, string>]> = [
    ["of another site", { origin: "https://evil.example" }],
    ["without an origin of its own", { origin: "null" }],
    ["at another port", { origin: "http://127.0.0.1:1" }],
    ["under a name that begins as an allowed one", { origin: `${allowed}.evil.example` }],
    ["at an allowed name but over http", { origin: "http://app.example" }],
    ["that names two origins", { origin: `${allowed}, https://evil.example` }],
    ["that a browser says is of another site", { "sec-fetch-site": "cross-site" }],
    ["that a browser says is of another port", { "sec-fetch-site": "same-site" }],
    ["of another site, whatever else is said", { origin: "https://evil.example", "sec-fetch-site": "same-origin" }],
    ["that is a file", { origin: "file://" }],
    ["with an empty origin", { origin: "" }]
  ]

  it.effect.each(foreign)(
    "%s changes nothing and opens no websocket",
    ([, headers]) =>
      Effect.scoped(Effect.gen(function*() {
        const before = yield* balance
        const form = { ...headers, "content-type": "text/plain" }
        for (
          const answer of [
            yield* send("POST", transfer, headers),
            yield* send("POST", transfer, form, "x"),
            yield* send("PUT", "/users/1/followers/3", headers),
            yield* send("DELETE", "/users/1/followers/2", headers),
            yield* send("PATCH", "/nowhere", headers)
          ]
        ) {
          expect([answer.status, json(answer)["_tag"]]).toEqual([403, "OriginRefused"])
          expect(answer.headers["access-control-allow-origin"]).toBeUndefined()
        }
        expect(yield* balance).toBe(before)
        expect(yield* handshake(headers)).toBe("403")
      }))
  )

  it.effect("of our own origin or an allowed one may, and so may a client that is no page", () =>
    Effect.scoped(Effect.gen(function*() {
      const { port } = yield* TestServer
      const may: ReadonlyArray<Record<string, string>> = [
        {},
        { "sec-fetch-site": "none" },
        { "sec-fetch-site": "same-origin" },
        { "sec-fetch-site": "to be invented" },
        { origin: `http://127.0.0.1:${port}`, "sec-fetch-site": "same-origin" },
        { origin: allowed, "sec-fetch-site": "cross-site" },
        { host: "barista.example", origin: "https://barista.example" },
        { host: "barista.example:443", origin: "https://barista.example" },
        { host: "LOCALHOST", origin: "http://localhost" }
      ]
      for (const headers of may) {
        expect((yield* send("POST", transfer, headers)).status, JSON.stringify(headers)).toBe(200)
        expect(yield* handshake(headers)).toBe("101")
      }
    })))

  it.effect("of an allowed origin alone may read answers, failures too; caches keep origins apart", () =>
    Effect.gen(function*() {
      for (const path of ["/users", "/nowhere", "/openapi.json", "/health/live", "/uploads/99"]) {
        const answers = [
          yield* send("GET", path, { origin: allowed }),
          yield* send("GET", path, { origin: "https://evil.example" }),
          yield* send("GET", path)
        ]
        expect(answers.map(({ headers }) => headers["access-control-allow-origin"]), path)
          .toEqual([allowed, undefined, undefined])
        for (const { headers } of answers) expect(headers.vary, path).toMatch(/(^|, )origin$/)
      }
      const { headers } = yield* send("GET", "/users", { origin: allowed })
      expect(headers).toMatchObject({ "access-control-expose-headers": "*", vary: "accept-language, origin" })
    }))

  it.effect("gets the path's methods and the requested headers from the preflight", () =>
    Effect.gen(function*() {
      const asked = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,idempotency-key"
      }
      const { headers, status } = yield* send("OPTIONS", "/transfer-money", { origin: allowed, ...asked })
      expect(status).toBe(204)
      expect(headers).toMatchObject({
        "access-control-allow-origin": allowed,
        "access-control-allow-methods": "POST, OPTIONS",
        "access-control-allow-headers": asked["access-control-request-headers"],
        "access-control-max-age": "600"
      })
      const refused = yield* send("OPTIONS", "/transfer-money", { origin: "https://evil.example", ...asked })
      expect(refused.status).toBe(204)
      expect(Object.keys(refused.headers).filter((name) => name.startsWith("access-control"))).toEqual([])
    }))

  it.effect("gets a replay of another page's answer, but not the permission to read", () =>
    Effect.gen(function*() {
      const key = { "idempotency-key": "one-page" }
      expect((yield* send("POST", transfer, { ...key, origin: allowed })).headers["access-control-allow-origin"])
        .toBe(allowed)
      const { headers } = yield* send("POST", transfer, key)
      expect([headers["idempotency-replayed"], headers["access-control-allow-origin"]]).toEqual(["true", undefined])
    }))

  const foreignHosts = [
    "evil.example",
    "evil.example:80",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "1.2.3.4"
  ]

  it.effect.each(foreignHosts)(
    "under a foreign name that DNS resolves to this server gets nothing: %s",
    (host) =>
      Effect.scoped(Effect.gen(function*() {
        for (
          const [method, path] of [["GET", "/users"], ["POST", transfer], ["GET", "/docs"], ["OPTIONS", "*"]] as const
        ) {
          const answer = yield* send(method, path, { host, origin: `http://${host}`, "sec-fetch-site": "same-origin" })
          expect([answer.status, json(answer)["_tag"]]).toEqual([421, "HostRefused"])
        }
        expect(yield* handshake({ host, Origin: `http://${host}` })).toBe("421")
      }))
  )

  it.effect("is for the host of an absolute target, whatever its Host says", () =>
    Effect.scoped(Effect.gen(function*() {
      const { port } = yield* TestServer
      const connection = yield* connect(port)
      connection.write("GET http://evil.example/users HTTP/1.1\r\nHost: localhost\r\n\r\n")
      expect(yield* connection.until("}")).toMatch(/^HTTP\/1.1 421 /)
      connection.write("GET http://localhost/users HTTP/1.1\r\nHost: evil.example\r\n\r\n")
      expect(yield* connection.until("\r\n\r\n")).toMatch(/^HTTP\/1.1 200 /)
    })))

  const ours = [
    "localhost",
    "localhost.",
    "LocalHost:3000",
    "127.0.0.1",
    "127.8.9.1:80",
    "[::1]:3000",
    "Barista.Example"
  ]

  it.effect.each(ours)("is accepted under each of our names: %s", (host) =>
    Effect.gen(function*() {
      expect((yield* send("GET", "/health/live", { host })).status).toBe(200)
    }))
})

const token = "a-token-of-sufficient-length"

layer(TestServer.layer({ apiTokens: Option.some([Redacted.make(token)]) }))("where tokens are required", (it) => {
  it.effect("any host name is accepted, as no page has the token; a page of another origin still changes nothing", () =>
    Effect.gen(function*() {
      const headers = { host: "anything.example", authorization: `Bearer ${token}` }
      expect((yield* send("GET", "/users", headers)).status).toBe(200)
      expect((yield* send("GET", "/users", { host: "anything.example" })).status).toBe(401)
      expect((yield* send("POST", transfer, { ...headers, origin: "https://anything.example" })).status).toBe(200)
      expect((yield* send("POST", transfer, { ...headers, origin: "https://evil.example" })).status).toBe(403)
    }))
})

layer(TestServer.layer())("without ALLOWED_ORIGINS", (it) => {
  it.effect("no answer mentions origins", () =>
    Effect.gen(function*() {
      const { headers } = yield* send("GET", "/users", { origin: "https://evil.example" })
      expect([headers.vary, headers["access-control-allow-origin"]]).toEqual(["accept-language", undefined])
    }))
})
