import { HttpApi, HttpApiEndpoint, HttpApiGroup } from "@effect/platform"
import { expect, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Layer, Option, Queue, Schema, type Tracer } from "effect"
import { createServer } from "node:http"
import { AppConfig } from "../../../src/AppConfig.ts"
import { Lifecycle } from "../../../src/platform/lifecycle/Lifecycle.ts"
import { connect } from "../../support/connect.ts"
import { logLines } from "../../support/logLines.ts"
import { serve } from "../../support/serve.ts"
import { spanRecorder } from "../../support/spans.ts"

const api = HttpApi.make("test").add(
  HttpApiGroup.make("group")
    .add(HttpApiEndpoint.get("text", "/text").addSuccess(Schema.String))
    .add(HttpApiEndpoint.get("endless", "/endless").addSuccess(Schema.String))
    .add(HttpApiEndpoint.get("late", "/late").addSuccess(Schema.String))
    .add(HttpApiEndpoint.get("wrong", "/wrong").addSuccess(Schema.String.pipe(Schema.maxLength(1))))
)

const open = Effect.gen(function*() {
  const started = yield* Queue.unbounded<void>()
  const gate = yield* Deferred.make<void>()
  const begin = Queue.offer(started, undefined)
  const left = yield* Deferred.make<void>()
  const node = createServer()
  node.on("connection", (socket) => socket.once("close", () => Deferred.unsafeDone(left, Effect.void)))
  const { url } = yield* serve(api, {
    group: {
      text: () => Effect.succeed("text"),
      wrong: () => Effect.succeed("too long"),
      endless: () => Effect.zipRight(begin, Effect.never),
      late: () => Effect.uninterruptible(Effect.zipRight(begin, Effect.as(Deferred.await(gate), "late")))
    }
  }, node)
  const connection = yield* connect(Number(url.port))
  const ask = (path: string, headers = "", method = "GET") =>
    connection.write(`${method} ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`)
  return {
    ...connection,
    ask,
    started: Queue.take(started),
    openGate: Deferred.succeed(gate, undefined),
    left: Deferred.await(left)
  }
})

const server = Layer.merge(Lifecycle.layer, AppConfig.layerWith({ allowedHosts: ["a"] }))

/** Reduces an ended span to the parts that a reader of the trace sees. */
const seen = ({ attributes, kind, name, parent, status }: Tracer.Span) => ({
  name,
  kind,
  caller: Option.match(parent, { onNone: () => "none", onSome: ({ traceId }) => traceId }),
  exit: status._tag === "Ended"
    ? Exit.match(status.exit, { onFailure: Cause.pretty, onSuccess: () => "success" })
    : "none",
  attributes: Object.fromEntries(attributes)
})

it.scopedLive("a request has one span, by its operation's name, within the caller's; what no operation answers has none", () =>
  Effect.gen(function*() {
    const { ended, tracer } = yield* spanRecorder
    const { layer } = yield* logLines
    const { ask, until } = yield* open.pipe(Effect.withTracer(tracer), Effect.provide(layer))
    ask("/text", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n")
    yield* until("\"text\"")
    ask("/nowhere")
    yield* until("}")
    ask("/wrong")
    yield* until("}")
    expect([...(yield* Queue.takeAll(ended))].map(seen)).toEqual([
      {
        name: "group.text",
        kind: "server",
        caller: "0af7651916cd43dd8448eb211c80319c",
        exit: "success",
        attributes: { "http.request.method": "GET", "http.route": "/text", "http.response.status_code": 200 }
      },
      expect.objectContaining({
        name: "group.wrong",
        caller: "none",
        exit: expect.stringMatching(/maxLength\(1\)[^]*too long/)
      })
    ])
  }).pipe(Effect.provide(server)))

it.scopedLive("an answer that its own schema refuses is a 500, logged once, and no fault of the client", () =>
  Effect.gen(function*() {
    const { layer, texts } = yield* logLines
    const { ask, until } = yield* Effect.provide(open, layer)
    ask("/wrong")
    expect(yield* until("}")).toMatch(/^HTTP\/1.1 500 [^]*"_tag":"InternalError"/)
    expect(texts()).toEqual([expect.stringMatching(/^unexpected failure/)])
  }).pipe(Effect.provide(server)))

it.scopedLive("that a client leaves is no failure: nothing is logged", () =>
  Effect.gen(function*() {
    const { layer, texts } = yield* logLines
    const { idle } = yield* Lifecycle
    const { ask, leave, started } = yield* Effect.provide(open, layer)
    ask("/endless")
    yield* started
    leave()
    yield* idle
    expect(texts()).toEqual([])
  }).pipe(Effect.provide(server)))

it.scopedLive("an answer that comes when its client has left holds nothing", () =>
  Effect.gen(function*() {
    const { active, idle } = yield* Lifecycle
    const { ask, leave, left, openGate, started } = yield* open
    ask("/late", "", "HEAD")
    yield* started
    expect(active()).toBe(1)
    leave()
    yield* left
    yield* openGate
    yield* idle
  }).pipe(Effect.provide(server)))
