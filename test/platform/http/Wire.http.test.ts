import { describe, expect, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { connect } from "../../support/connect.ts"
import { json } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const get = (path: string, headers = "Host: a\r\n") => `GET ${path} HTTP/1.1\r\n${headers}\r\n`
const post = (path: string, headers: string, body = "") => `POST ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n${body}`
const chunked = "Transfer-Encoding: chunked\r\n"
const json11 = "Content-Type: application/json\r\n"

const statuses = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

const documentsIn = (answers: string): ReadonlyArray<Record<string, unknown>> =>
  [...answers.matchAll(/\{"type".*?"_tag":"\w+"\}/g)].map(([text]) => JSON.parse(text))

const traceId = /^(?!0+$)[0-9a-f]{32}$/

layer(
  TestServer.layer({
    departureProbe: Duration.millis(20),
    slowDuration: Duration.millis(200),
    headersTimeout: Duration.seconds(1),
    maxHeaderLines: 1000
  }),
  live
)("the wire", (it) => {
  /** Returns everything that the server sends until it closes. */
  const raw = (text: string) => Effect.flatMap(TestServer, (server) => server.raw(Buffer.from(text, "latin1")))

  const cases: ReadonlyArray<readonly [name: string, request: string, status: number, type: string]> = [
    ["two Host lines", get("/users", "Host: a\r\nHost: a\r\n"), 400, "invalid-host"],
    ["two Host lines of HTTP/1.0", "GET /users HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", 400, "invalid-host"],
    ["no Host", get("/users", ""), 400, "invalid-host"],
    ["a Host with a space and a path", get("/users", "Host: a b/c\r\n"), 400, "invalid-host"],
    ["a Host with a user", get("/users", "Host: u@a\r\n"), 400, "invalid-host"],
    ["a Host with a port that is none", get("/users", "Host: a:x\r\n"), 400, "invalid-host"],
    ["a Host with half an address", get("/users", "Host: [::1\r\n"), 400, "invalid-host"],
    ["a Host with broken encoding", get("/users", "Host: a%zz\r\n"), 400, "invalid-host"],
    ["an absolute target without a host", get("http:///users"), 400, "malformed-request"],
    ["an absolute target with a malformed host", get("http://a<b/users"), 400, "malformed-request"],
    ["a target for OPTIONS alone", get("*"), 400, "malformed-request"],
    ["another scheme", get("ftp://a/users"), 400, "malformed-request"],
    [
      "two media types",
      post("/users", "Content-Type: text/plain\r\nContent-Type: application/json\r\n"),
      400,
      "malformed-request"
    ],
    [
      "two credentials",
      get("/users", "Host: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n"),
      400,
      "malformed-request"
    ],
    ...["If-Modified-Since", "If-Unmodified-Since"].map((name) =>
      [
        `two lines of ${name}`,
        get("/uploads/1", `Host: a\r\n${`${name}: Thu, 01 Jan 2026 00:00:00 GMT\r\n`.repeat(2)}`),
        400,
        "malformed-request"
      ] as const
    ),
    [
      "a coding before chunked",
      post("/users", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
      501,
      "transfer-coding-not-implemented"
    ],
    [
      "codings in two lines",
      post("/users", `Transfer-Encoding: gzip\r\n${chunked}`, "0\r\n\r\n"),
      501,
      "transfer-coding-not-implemented"
    ],
    ["a coding that is not chunked", post("/users", "Transfer-Encoding: gzip\r\n"), 400, "malformed-request"],
    ["identity", post("/users", "Transfer-Encoding: identity\r\n"), 400, "malformed-request"],
    ["chunked twice", post("/users", "Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400, "malformed-request"],
    [
      "chunked with a parameter",
      post("/users", "Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"),
      400,
      "malformed-request"
    ],
    [
      "chunked before another",
      post("/users", "Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"),
      400,
      "malformed-request"
    ],
    ["no coding", post("/users", "Transfer-Encoding:\r\n", "0\r\n\r\n"), 400, "malformed-request"],
    ["a word around chunked", post("/users", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400, "malformed-request"],
    ["a length and a coding", post("/users", `Content-Length: 5\r\n${chunked}`, "0\r\n\r\n"), 400, "malformed-request"],
    ["a coding and a length", post("/users", `${chunked}Content-Length: 5\r\n`, "0\r\n\r\n"), 400, "malformed-request"],
    ["two lengths", post("/users", "Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), 400, "malformed-request"],
    ["a length with a sign", post("/users", "Content-Length: +2\r\n", "{}"), 400, "malformed-request"],
    ["a coding on a GET", get("/users", "Host: a\r\nTransfer-Encoding: gzip\r\n"), 400, "malformed-request"],
    [
      "a coding on a websocket",
      get("/ws/1", "Host: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: gzip, chunked\r\n"),
      501,
      "transfer-coding-not-implemented"
    ],
    [
      "two hosts on a websocket",
      get("/ws/1", "Host: a\r\nHost: b\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"),
      400,
      "invalid-host"
    ],
    ["a folded header", get("/users", "Host: a\r\nA: b\r\n c\r\n"), 400, "malformed-request"],
    ["a space before the colon", get("/users", "Host : a\r\n"), 400, "malformed-request"],
    ["a bare CR", get("/users", "Host: a\rB: c\r\n"), 400, "malformed-request"],
    ["a chunk's size that is none", post("/users", json11 + chunked, "ZZ\r\n"), 400, "malformed-request"],
    [
      "a chunk longer than its size",
      post("/users", json11 + chunked, "2\r\n{}{}\r\n0\r\n\r\n"),
      400,
      "malformed-request"
    ],
    [
      "a broken chunk of a form",
      post("/upload-async", `Content-Type: multipart/form-data; boundary=x\r\n${chunked}`, "ZZ\r\n"),
      400,
      "malformed-request"
    ],
    [
      "endless chunk extensions",
      post("/users", json11 + chunked, `2;${"x".repeat(20_000)}\r\n{}`),
      413,
      "payload-too-large"
    ],
    ["no HTTP", "nonsense\r\n\r\n", 400, "malformed-request"],
    ["TLS", "\x16\x03\x01\x02\x00\x01\x00", 400, "malformed-request"],
    ["HTTP/2.0", "GET /users HTTP/2.0\r\nHost: a\r\n\r\n", 505, "http-version-not-supported"],
    ["HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http-version-not-supported"],
    ["HTTP/1.2", "GET /users HTTP/1.2\r\nHost: a\r\n\r\n", 505, "http-version-not-supported"],
    ["HTTP/0.9", "GET /users\r\n\r\n", 505, "http-version-not-supported"],
    ["an unknown method", "BREW /users HTTP/1.1\r\nHost: a\r\n\r\n", 501, "method-not-implemented"],
    ["a method in lower case", "get /users HTTP/1.1\r\nHost: a\r\n\r\n", 501, "method-not-implemented"],
    ["CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501, "method-not-implemented"],
    ["a long target", get(`/users?${"x".repeat(9_000)}`), 414, "uri-too-long"],
    ["a longer target than the parser takes", get(`/users?${"x".repeat(20_000)}`), 414, "uri-too-long"],
    ["a long header", get("/users", `Host: a\r\nX: ${"x".repeat(20_000)}\r\n`), 431, "headers-too-large"],
    ["1,001 header lines", get("/users", `${"a:\r\n".repeat(1000)}Host: a\r\n`), 431, "headers-too-large"],
    ["an unknown expectation", get("/users", "Host: a\r\nExpect: foo\r\n"), 417, "expectation-failed"],
    [
      "an unknown expectation beside a known one",
      get("/users", "Host: a\r\nExpect: 100-continue, foo\r\n"),
      417,
      "expectation-failed"
    ],
    [
      "an expectation with a known one in its value",
      get("/users", "Host: a\r\nExpect: x=100-continue\r\n"),
      417,
      "expectation-failed"
    ]
  ]

  it.effect.each(cases)(
    "%s is refused by a whole problem document, and the connection closes",
    ([name, text, status, type]) =>
      Effect.gen(function*() {
        const answers = yield* raw(text)
        expect(statuses(answers), name).toEqual([status])
        expect(answers).toMatch(/^content-type: application\/problem\+json\r$/m)
        expect(answers).toMatch(/^content-language: fr\r$/m)
        expect(answers).toMatch(/^connection: close\r$/mi)
        const [problem] = documentsIn(answers)
        expect(problem).toMatchObject({
          type: `urn:barista:problem:${type}`,
          status,
          title: expect.any(String),
          detail: expect.any(String),
          instance: expect.stringMatching(/^\/[^/]?/),
          trace_id: expect.stringMatching(traceId)
        })
      })
  )

  const accepted: ReadonlyArray<readonly [name: string, headers: string]> = [
    ["an IPv6 host", "Host: [::1]:3000\r\n"],
    ["a host with an empty port", "Host: a:\r\n"],
    ["an empty Expect", "Host: a\r\nExpect:\r\n"],
    ["an Expect of empty members", "Host: a\r\nExpect: ,, ,\r\n"],
    ["an Expect in upper case", "Host: a\r\nExpect: 100-CONTINUE\r\n"],
    ["an Expect given twice", "Host: a\r\nExpect: 100-continue, ,100-Continue\r\n"],
    ["999 header lines", `${"a:\r\n".repeat(997)}Host: a\r\n`]
  ]
  it.effect.each(accepted)("%s is accepted", ([name, headers]) =>
    Effect.gen(function*() {
      expect(statuses(yield* raw(get("/users", `${headers}Connection: close\r\n`))), name).toEqual([200])
    }))

  it.effect("a refusal is in the language and of the trace that the client asks for, parsed or not", () =>
    Effect.gen(function*() {
      const given = "4bf92f3577b34da6a3ce929d0e0e4736"
      const headers = `Accept-Language: en\r\ntraceparent: 00-${given}-00f067aa0ba902b7-01\r\n`
      const refused = [
        get("/users?x=1", `Host: a\r\nHost: b\r\n${headers}`),
        `BREW /users?x=1 HTTP/1.1\r\nHost: a\r\n${headers}\r\n`,
        get("/users?x=1", `Host: a\r\n${headers}B@d: x\r\n`),
        get("/users?x=1", `Host: a\r\n${headers}Bad : x\r\n`),
        get("/users?x=1", `${headers}Bad header: x\r\nHost: a\r\n`),
        `CONNECT a:443 HTTP/1.1\r\nHost: a\r\n${headers}\r\n`
      ]
      for (const text of refused) {
        const answers = yield* raw(text)
        expect(answers).toMatch(/^content-language: en\r$/m)
        expect(documentsIn(answers)[0]).toMatchObject({
          trace_id: given,
          instance: expect.stringMatching(/^\/(users|a:443)$/)
        })
      }
    }))

  it.effect("a deposit whose key comes after a thousand header lines does not run without the key", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const deposit = post("/accounts/2/deposits?amount=1", `${"a:\r\n".repeat(1000)}Idempotency-Key: k\r\n`)
      const before = json(yield* send("GET", "/accounts/2"))["balance_cents"]
      expect([statuses(yield* raw(deposit)), statuses(yield* raw(deposit))]).toEqual([[431], [431]])
      expect(json(yield* send("GET", "/accounts/2"))["balance_cents"]).toBe(before)
    }))

  describe("requests after an answer that closes the connection do not run", () => {
    const register = (name: string, version = "1.1") =>
      `POST /users?name=${name}&email=${name}@example.org HTTP/${version}\r\nHost: a\r\n\r\n`
    const first: ReadonlyArray<readonly [name: string, request: string]> = [
      ["Connection: close", get("/users", "Host: a\r\nConnection: close\r\n")],
      ["HTTP/1.0", "GET /users HTTP/1.0\r\n\r\n"],
      ["HTTP/1.0 with a body", `POST /users HTTP/1.0\r\n${json11}Content-Length: 2\r\n\r\n{}`],
      [
        "HTTP/1.0, kept alive, chunked",
        `POST /users HTTP/1.0\r\n${json11}Connection: keep-alive\r\n${chunked}\r\n2\r\n{}\r\n0\r\n\r\n`
      ],
      ["an answer that takes time", get("/async-slow", "Host: a\r\nConnection: close\r\n")],
      ["a refusal", get("/users", "Host: a\r\nHost: b\r\n")]
    ]
    it.effect.each(first)("%s", ([name, request]) =>
      Effect.gen(function*() {
        const { send } = yield* TestServer
        const behind = name.replaceAll(/\W/g, "")
        expect(statuses(yield* raw(request + register(behind) + register(`${behind}2`, "1.0")))).toHaveLength(1)
        expect((yield* send("GET", "/users?limit=1000")).text).not.toContain(behind)
      }))
  })

  describe("in their order", () => {
    it.effect("pending answers are sent before the refusal of a later request", () =>
      Effect.gen(function*() {
        expect(statuses(yield* raw(`${get("/async-slow")}${get("/users")}nonsense\r\n\r\n`))).toEqual([200, 200, 400])
        expect(statuses(yield* raw(`${get("/async-slow")}CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n`))).toEqual([200, 501])
        expect(statuses(yield* raw(`${get("/async-slow")}${get("/users", "Host: a\r\nHost: b\r\n")}${get("/users")}`)))
          .toEqual([200, 400])
      }))

    it.effect("a body that breaks off ends its own request, after the earlier answers", () =>
      Effect.gen(function*() {
        const broken = post("/users", json11 + chunked, "2\r\n{}\r\nZZ\r\n")
        expect(statuses(yield* raw(get("/async-slow") + broken))).toEqual([200, 400])
      }))
  })

  describe("a client that has closed its sending side", () => {
    /** Sends all bytes and closes that side; returns everything received afterwards. */
    const half = (text: string) =>
      Effect.gen(function*() {
        const { port } = yield* TestServer
        const { closed, end, write } = yield* connect(port, { allowHalfOpen: true })
        write(text)
        end()
        return yield* closed
      }).pipe(Effect.scoped)

    const finals = (answers: string) => statuses(answers).filter((status) => status >= 200)

    it.effect("gets its answer, and those to its pipelined requests", () =>
      Effect.gen(function*() {
        expect(finals(yield* half(post("/transfer-money?from_user=1&to_user=2&amount=1", "")))).toEqual([200])
        expect(finals(yield* half(get("/async-slow")))).toEqual([200])
        expect(finals(yield* half("GET /async-slow HTTP/1.0\r\n\r\n"))).toEqual([200])
        expect(finals(yield* half(get("/async-slow") + get("/users") + get("/async-slow") + get("/nowhere"))))
          .toEqual([200, 200, 200, 404])
      }))

    it.effect("gets nothing but its answer if that comes before the first probe", () =>
      Effect.gen(function*() {
        expect(statuses(yield* half(get("/health/live")))).toEqual([200])
      }))

    it.effect("is refused if its request is incomplete", () =>
      Effect.gen(function*() {
        expect(finals(yield* half(post("/users", `${json11}Content-Length: 100\r\n`, "{")))).toEqual([400])
        expect(finals(yield* half("GET /users HTTP/1.1\r\nHost: a"))).toEqual([400])
      }))
  })

  it.effect("clients that leave are noticed, and their places are freed", () =>
    Effect.gen(function*() {
      const { port, send } = yield* TestServer
      const slow = get("/async-slow")
      const ways: ReadonlyArray<readonly [name: string, request: string]> = [
        ["one request", slow],
        ["pipelined ones", slow + slow + get("/users") + slow],
        ["a refusal behind", `${slow}nonsense\r\n\r\n`],
        ["a body that breaks off", post("/users", json11 + chunked, "2\r\n{")],
        [
          "HTTP/1.0 with a body and another behind",
          `POST /users HTTP/1.0\r\n${json11}Content-Length: 2\r\n\r\n{}GET /b HTTP/1.0\r\n\r\n`
        ],
        [
          "an event stream",
          post("/batch-process", `${json11}Accept: text/event-stream\r\nContent-Length: 5\r\n`, "[\"a\"]")
        ]
      ]
      for (const [, request] of ways) {
        const left = yield* connect(port)
        left.write(request)
        // requests are served in order of arrival
        yield* send("GET", "/health/live")
        left.leave()
      }
      const { lifecycle } = yield* TestServer
      yield* lifecycle.idle
    }).pipe(Effect.scoped))

  it.effect("an answer with its own option in Connection still closes if it is the last", () =>
    Effect.gen(function*() {
      const { port } = yield* TestServer
      const requests = [
        get("/ws/1", "Host: a\r\nConnection: close\r\n"),
        "HEAD /ws/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /ws/1 HTTP/1.0\r\n\r\n"
      ]
      for (const request of requests) {
        const { closed, until, write } = yield* connect(port)
        write(request)
        expect(yield* until("\r\n\r\n")).toMatch(/^HTTP\/1\.1 426 [^]*\r\nconnection: Upgrade, close\r\n/)
        yield* closed
      }
      const { until, write } = yield* connect(port)
      write(get("/ws/1", "Host: a\r\n") + get("/health/live"))
      expect(yield* until("{\"status\":\"ok\"}")).toMatch(/\r\nconnection: Upgrade\r\n/)
    }).pipe(Effect.scoped))

  it.effect("a request that does not arrive is a 408", () =>
    Effect.gen(function*() {
      const answers = yield* raw("GET /users HTTP/1.1\r\nHost:")
      expect(statuses(answers)).toEqual([408])
      expect(documentsIn(answers)[0]).toMatchObject({
        _tag: "RequestTimeout",
        trace_id: expect.stringMatching(traceId)
      })
    }))

  it.effect("`instance` refers to this host, whatever the request's target", () =>
    Effect.gen(function*() {
      const { url } = yield* TestServer
      const targets = [
        "//evil.example/x",
        "///evil.example",
        "/\\evil.example",
        "/users/{id}",
        "/%zz",
        "/a\"<b>|^`",
        "/x#y",
        "/%41%2f",
        "http://u:p@evil.example/nowhere",
        "/é"
      ]
      for (const target of targets) {
        const [problem] = documentsIn(yield* raw(get(target, "Host: a\r\nConnection: close\r\n")))
        const instance = String(problem?.["instance"])
        expect([target, instance]).toEqual([
          target,
          expect.stringMatching(/^\/(?!\/)(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/)
        ])
        const resolved = new URL(instance, url)
        expect([target, resolved.origin, resolved.hash, resolved.search]).toEqual([target, url, "", ""])
      }
    }))
})
