import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { originOf } from "../../../src/platform/http/node/NodeServer.ts"
import { connect } from "../../support/connect.ts"
import { TestServer } from "../../support/TestServer.ts"

const h2c = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"
const ready = `{"status":"ok"}`
const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`
const user = (email: string) => JSON.stringify({ name: "Ada", email })

const documentOf = (answer: string): Record<string, unknown> => JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4))

describe("an upgrade on offer that is not to websocket", () => {
  it.scopedLive("is ignored: the request is answered, and the connection goes on", () =>
    Effect.gen(function*() {
      const { port } = yield* TestServer
      const connection = yield* connect(port)
      for (const headers of [h2c, "Connection: upgrade\r\nUpgrade: TLS/1.0\r\n", h2c]) {
        connection.write(get("/health/ready", headers))
        const answer = yield* connection.until(ready)
        expect(answer).toMatch(/^HTTP\/1.1 200 /)
        expect(answer).toMatch(/connection: keep-alive/i)
      }
    }).pipe(Effect.provide(TestServer.layer())))

  it.scopedLive("leaves the body where it is, in one piece or in two", () =>
    Effect.gen(function*() {
      const { port } = yield* TestServer
      const connection = yield* connect(port)
      const post = (body: string) =>
        `POST /users/ HTTP/1.1\r\nHost: a\r\n${h2c}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
      const [first, second] = [user("one@example.org"), user("two@example.org")]
      connection.write(post(first) + first)
      expect(yield* connection.until("one@example.org")).toMatch(/^HTTP\/1.1 2\d\d /)
      connection.write(post(second))
      connection.write(second)
      expect(yield* connection.until("two@example.org")).toMatch(/^HTTP\/1.1 2\d\d /)
      connection.write(get("/health/ready"))
      expect(yield* connection.until(ready)).toMatch(/^HTTP\/1.1 200 /)
    }).pipe(Effect.provide(TestServer.layer())))
})

it.scopedLive("a websocket handshake that is refused says that the connection closes", () =>
  Effect.gen(function*() {
    const { port } = yield* TestServer
    const connection = yield* connect(port)
    connection.write(get("/health/ready", "Connection: Upgrade\r\nUpgrade: websocket\r\n"))
    const answer = yield* connection.closed
    expect(answer).toMatch(/^HTTP\/1.1 200 /)
    expect(answer).toMatch(/connection: close/i)
  }).pipe(Effect.provide(TestServer.layer())))

describe("a request that Node would refuse without a body gets a problem document", () => {
  const cases: ReadonlyArray<readonly [name: string, request: string, status: number]> = [
    ["HTTP/1.1 without Host", "GET /health/ready HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["an unknown expectation", get("/health/ready", "Expect: foo\r\nConnection: close\r\n"), 417],
    ["CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501]
  ]
  it.live.each(cases)("%s", ([, request, status]) =>
    Effect.gen(function*() {
      const { raw } = yield* TestServer
      const answer = yield* raw(request)
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
      expect(answer).toContain("content-type: application/problem+json")
      expect(documentOf(answer)).toMatchObject({ status })
    }).pipe(Effect.provide(TestServer.layer())))

  it.live("HTTP/1.0 needs no Host", () =>
    Effect.gen(function*() {
      const { raw } = yield* TestServer
      expect(yield* raw("GET /health/ready HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1.1 200 /)
    }).pipe(Effect.provide(TestServer.layer())))
})

describe("Expect: 100-continue", () => {
  const post = (path: string, type: string, length: number) =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`

  it.scopedLive("continues where the body is going to be read", () =>
    Effect.gen(function*() {
      const { port } = yield* TestServer
      const connection = yield* connect(port)
      const body = user("waits@example.org")
      connection.write(post("/users/", "application/json", body.length))
      expect(yield* connection.until("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n")
      connection.write(body)
      const answer = yield* connection.until("waits@example.org")
      expect(answer).toMatch(/^HTTP\/1.1 2\d\d /)
      expect(answer).toMatch(/connection: keep-alive/i)

      const form = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--x--\r\n"
      connection.write(post("/upload-async", "multipart/form-data; boundary=x", form.length))
      expect(yield* connection.until("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n")
      connection.write(form)
      expect(yield* connection.until("a.txt")).toMatch(/^HTTP\/1.1 2\d\d /)
    }).pipe(Effect.provide(TestServer.layer())))

  const tooLarge: ReadonlyArray<readonly [path: string, type: string, length: number]> = [
    ["/users/", "application/json", 2 * 1024 ** 2],
    ["/upload-async", "multipart/form-data; boundary=x", 3 * 1024 ** 3]
  ]
  it.live.each(tooLarge)("refuses before it continues: %s", ([path, type, length]) =>
    Effect.gen(function*() {
      const { raw } = yield* TestServer
      const answer = yield* raw(post(path, type, length))
      expect(answer).toMatch(/^HTTP\/1.1 413 /)
      expect(answer).toMatch(/connection: close/i)
      expect(documentOf(answer)).toMatchObject({ _tag: "PayloadTooLarge" })
    }).pipe(Effect.provide(TestServer.layer())))
})

it("an IPv6 address stands in brackets in the URL that is printed", () => {
  expect(originOf({ _tag: "TcpAddress", hostname: "::1", port: 3000 })).toBe("http://[::1]:3000")
  expect(originOf({ _tag: "TcpAddress", hostname: "127.0.0.1", port: 3000 })).toBe("http://127.0.0.1:3000")
})
