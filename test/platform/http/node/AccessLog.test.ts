import { HttpServer } from "@effect/platform"
import { expect, it } from "@effect/vitest"
import { Context, Duration, Effect, Fiber, Layer, Logger, LogLevel } from "effect"
import type { ServerResponse } from "node:http"
import { AppConfig, type Values } from "../../../../src/AppConfig.ts"
import * as NodeServer from "../../../../src/platform/http/node/NodeServer.ts"
import { Lifecycle } from "../../../../src/platform/lifecycle/Lifecycle.ts"
import { JsonLines } from "../../../../src/platform/observability/Logging.ts"
import { connect } from "../../../support/connect.ts"
import { logLines } from "../../../support/logLines.ts"
import { portOf } from "../../../support/loopback.ts"
import { turn } from "../../../support/turn.ts"

/**
 * Starts a server and connects to it. The path gives the status, such as `/404`; a path without a number is never
 * answered.
 */
const start = Effect.fnUntraced(function*(overrides: Partial<Values>) {
  const served = yield* Layer.build(
    NodeServer.layer.pipe(
      Layer.provideMerge(NodeServer.NodeServer.layer),
      Layer.provideMerge(Lifecycle.layer),
      Layer.provide(AppConfig.layerWith({ port: 0, departureProbe: Duration.millis(20), ...overrides }))
    )
  )
  const server = Context.get(served, NodeServer.NodeServer)
  yield* Context.get(served, Lifecycle).enter("ready")
  server.on("request", ({ url = "" }, response) => {
    const status = Number(url.replace(/^http:\/\/[^/]+/, "").slice(1, 4))
    if (status > 0) response.writeHead(status).end()
  })
  yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
  const connection = yield* connect(portOf(Context.get(served, HttpServer.HttpServer)))
  const arrived = Effect.async<ServerResponse>((resume) => {
    server.once("request", (_, response) => resume(Effect.succeed(response)))
  })
  const get = (path: string) => connection.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
  return { ...connection, arrived, get }
})

const jsonLines = () => {
  const lines: Array<string> = []
  return { lines, layer: Layer.succeed(JsonLines, (line) => void lines.push(line)) }
}

it.scopedLive("each answer has one unbroken line without the query, whatever the request", () =>
  Effect.gen(function*() {
    const { layer, lines } = jsonLines()
    const { get, until } = yield* Effect.provide(start({ accessLog: "all" }), layer)
    get("/200/%22\"\\?email=ann@example.org")
    yield* until("\r\n\r\n")
    get("/404")
    yield* until("\r\n\r\n")
    yield* turn
    expect(lines.map((line) => line.at(-1))).toEqual(["\n", "\n"])
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      {
        message: "GET /200/%22\"\\ 200",
        logLevel: "INFO",
        annotations: {
          method: "GET",
          path: "/200/%22\"\\",
          status: 200,
          duration_ms: expect.any(Number),
          trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
          client: "127.0.0.1"
        }
      },
      { message: "GET /404 404", annotations: { status: 404 } }
    ])
    expect(lines.join("")).not.toMatch(/ann@|aborted/)
  }))

it.scopedLive("a client that leaves before its answer is logged as 499", () =>
  Effect.gen(function*() {
    const { layer, lines } = jsonLines()
    const { arrived, get, leave } = yield* Effect.provide(start({ accessLog: "problems" }), layer)
    const arriving = yield* Effect.fork(arrived)
    yield* Effect.yieldNow()
    get("/never")
    const response = yield* Fiber.join(arriving)
    leave()
    yield* Effect.async<void>((resume) => void response.once("close", () => resume(turn)))
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { message: "GET /never 499", annotations: { status: 499, aborted: true } }
    ])
  }))

it.scopedLive("problems alone are logged, by the logger if the log is not JSON", () =>
  Effect.gen(function*() {
    const { layer, texts } = yield* logLines
    const { get, until } = yield* Effect.provide(start({ accessLog: "problems" }), layer)
    for (const path of ["/200", "/399", "/400", "/503"]) {
      get(path)
      yield* until("\r\n\r\n")
    }
    yield* turn
    expect(texts()).toEqual(["GET /400 400", "GET /503 503"])
  }))

it.scopedLive.each<readonly [Values["accessLog"], string, LogLevel.LogLevel]>([
  ["none", "info", LogLevel.Info],
  ["all", "warning", LogLevel.Warning]
])("no line is written with ACCESS_LOG %s and the log level %s", ([accessLog, _, level]) =>
  Effect.gen(function*() {
    const { layer, lines } = jsonLines()
    const { get, until } = yield* Effect.provide(
      start({ accessLog }),
      Layer.merge(layer, Logger.minimumLogLevel(level))
    )
    get("/500")
    yield* until("\r\n\r\n")
    yield* turn
    expect(lines).toEqual([])
  }))

const given = "4bf92f3577b34da6a3ce929d0e0e4736"
const traceparent = `traceparent: 00-${given}-00f067aa0ba902b7-01\r\n`
const upgrade = "Connection: upgrade\r\nUpgrade: websocket\r\n"

it.scopedLive.each<readonly [name: string, request: string, message: string]>([
  ["the caller's trace", `GET /404 HTTP/1.1\r\nHost: a\r\n${traceparent}Connection: close\r\n\r\n`, "GET /404 404"],
  [
    "an absolute target",
    `GET http://u:secret@a/404?x HTTP/1.1\r\nHost: a\r\n${traceparent}Connection: close\r\n\r\n`,
    "GET /404 404"
  ],
  ["a refusal before any adapter", `GET /404 HTTP/1.1\r\nHost: a\r\nHost: b\r\n${traceparent}\r\n`, "GET /404 400"],
  ["a refusal of the parser", `GET /404?x HTTP/1.1\r\nHost: a\r\n${traceparent}B@d: x\r\n\r\n`, "GET /404 400"],
  ["a tunnel", `CONNECT a:1 HTTP/1.1\r\nHost: a\r\n${traceparent}\r\n`, "CONNECT /a:1 501"],
  [
    "an upgrade refused before any adapter",
    `GET /ws HTTP/1.1\r\nHost: a b\r\n${traceparent}${upgrade}\r\n`,
    "GET /ws 400"
  ]
])("%s is in a line of its trace", ([_, request, message]) =>
  Effect.gen(function*() {
    const { layer, lines } = jsonLines()
    const { closed, write } = yield* Effect.provide(start({ accessLog: "problems" }), layer)
    write(request)
    yield* closed
    yield* Effect.repeat(turn, { until: () => lines.length > 0 })
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { message, annotations: { trace_id: given, client: "127.0.0.1" } }
    ])
    expect(lines.join("")).not.toContain("secret")
  }))
