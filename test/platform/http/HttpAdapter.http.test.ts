import { HttpApi, HttpApiEndpoint, HttpApiGroup } from "@effect/platform"
import { expect, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Queue, Schema, Tracer } from "effect"
import { createServer } from "node:http"
import { AppConfig } from "../../../src/AppConfig.ts"
import { Lifecycle } from "../../../src/platform/lifecycle/Lifecycle.ts"
import { connect } from "../../support/connect.ts"
import { logLines } from "../../support/logLines.ts"
import { serve } from "../../support/loopbackApi.ts"

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

/** Every span as it ends. */
const recorder = Effect.map(Queue.unbounded<Readonly<Record<string, unknown>>>(), (ended) => {
  const tracer = Tracer.make({
    context: (evaluate) => evaluate(),
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      return {
        _tag: "Span",
        name,
        spanId: "0000000000000001",
        traceId: "00000000000000000000000000000001",
        parent,
        context,
        status: { _tag: "Started", startTime },
        attributes,
        links,
        sampled: true,
        kind,
        attribute: (key, value) => void attributes.set(key, value),
        event: () => undefined,
        addLinks: () => undefined,
        end: (_, exit) => {
          const caller = parent._tag === "Some" ? parent.value.traceId : "none"
          ended.unsafeOffer({ name, kind, caller, exit: exit._tag, attributes: Object.fromEntries(attributes) })
        }
      }
    }
  })
  return { ended, tracer }
})

it.scopedLive("a request has one span, by its operation's name, within the caller's; what no operation answers has none", () =>
  Effect.gen(function*() {
    const { ended, tracer } = yield* recorder
    const { layer } = yield* logLines
    const { ask, until } = yield* open.pipe(Effect.withTracer(tracer), Effect.provide(layer))
    ask("/text", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n")
    yield* until("\"text\"")
    ask("/nowhere")
    yield* until("}")
    ask("/wrong")
    yield* until("}")
    expect([...(yield* Queue.takeAll(ended))]).toEqual([
      {
        name: "group.text",
        kind: "server",
        caller: "0af7651916cd43dd8448eb211c80319c",
        exit: "Success",
        attributes: { "http.request.method": "GET", "http.route": "/text" }
      },
      expect.objectContaining({ name: "group.wrong", caller: "none", exit: "Failure" })
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
