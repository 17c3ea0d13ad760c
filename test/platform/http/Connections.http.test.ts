import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpServerResponse } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Queue, Schema, Stream } from "effect"
import { Readable } from "node:stream"
import { AppConfig } from "../../../src/AppConfig.ts"
import { Lifecycle } from "../../../src/platform/lifecycle/Lifecycle.ts"
import { connect } from "../../support/connect.ts"
import { logLines } from "../../support/logLines.ts"
import { serve } from "../../support/serve.ts"

const endpoint = <const Name extends "one" | "other">(name: Name) =>
  HttpApiEndpoint.get(name, `/${name}`).addSuccess(Schema.String)

const api = HttpApi.make("test").add(HttpApiGroup.make("group").add(endpoint("one")).add(endpoint("other")))

type Handled = Effect.Effect<string | HttpServerResponse.HttpServerResponse>

/** A server with two operations, and a connection to it. */
const start = Effect.fnUntraced(function*(one: Handled, other: Handled = Effect.succeed("other")) {
  const { port } = yield* serve(api, { group: { one: () => one, other: () => other } })
  const connection = yield* connect(port)
  const ask = (...requests: ReadonlyArray<string>) =>
    connection.write(requests.map((request) => `${request} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""))
  return { ...connection, ask, idle: (yield* Lifecycle).idle }
})

const server = Layer.merge(Lifecycle.layer, AppConfig.layerWith({ allowedHosts: ["a"] }))

const firstWords = (lines: ReadonlyArray<string>) => lines.map((line) => line.split(",")[0])

describe("answers on one connection", () => {
  it.scopedLive("come in the order of their requests, whichever is known first", () =>
    Effect.gen(function*() {
      const known = yield* Deferred.make<void>()
      const { ask, until } = yield* start(
        Effect.as(Deferred.await(known), "later"),
        Effect.as(Deferred.succeed(known, undefined), "now")
      )
      ask("GET /one", "GET /other")
      expect((yield* until("now")).match(/later|now/g)).toEqual(["later", "now"])
    }).pipe(Effect.provide(server)))

  it.scopedLive("end with the connection where an upgrade is asked for behind a request that still runs", () =>
    Effect.gen(function*() {
      const { ask, closed, idle, write } = yield* start(Effect.never)
      ask("GET /one")
      write("GET /other HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
      expect(yield* closed).toBe("<closed>")
      yield* idle
    }).pipe(Effect.provide(server)))
})

describe("a client that leaves", () => {
  it.scopedLive("interrupts its request; the server is idle only when the finalizers have ended", () =>
    Effect.gen(function*() {
      const events = yield* Queue.unbounded<string>()
      const gate = yield* Deferred.make<void>()
      const { ask, idle, leave } = yield* start(
        Effect.zipRight(Queue.offer(events, "started"), Effect.never).pipe(
          Effect.onInterrupt(() => Effect.zipRight(Queue.offer(events, "interrupted"), Deferred.await(gate)))
        )
      )
      ask("GET /one")
      expect(yield* Queue.take(events)).toBe("started")
      leave()
      expect(yield* Queue.take(events)).toBe("interrupted")
      yield* Effect.fork(Effect.zipRight(idle, Queue.offer(events, "idle")))
      yield* Effect.yieldNow()
      yield* Queue.offer(events, "still busy")
      yield* Deferred.succeed(gate, undefined)
      expect([yield* Queue.take(events), yield* Queue.take(events)]).toEqual(["still busy", "idle"])
    }).pipe(Effect.provide(server)))

  it.scopedLive("interrupts all its requests, and those that have their answers behind them are not waited for", () =>
    Effect.gen(function*() {
      const events = yield* Queue.unbounded<string>()
      const { ask, idle, leave } = yield* start(
        Effect.zipRight(Queue.offer(events, "started"), Effect.never).pipe(
          Effect.onInterrupt(() => Queue.offer(events, "interrupted"))
        )
      )
      ask("GET /one", "GET /other", "GET /one", ...Array.from({ length: 10 }, () => "GET /other"))
      expect([yield* Queue.take(events), yield* Queue.take(events)]).toEqual(["started", "started"])
      leave()
      expect([yield* Queue.take(events), yield* Queue.take(events)]).toEqual(["interrupted", "interrupted"])
      yield* idle
    }).pipe(Effect.provide(server)))
})

describe("a body that is a stream", () => {
  const bytes = (value: string) => new TextEncoder().encode(value)

  it.scopedLive("cuts the connection where it fails, so that a part does not pass for the whole", () =>
    Effect.gen(function*() {
      const { layer, texts } = yield* logLines
      const failing = Stream.concat(Stream.succeed(bytes("part")), Stream.die("broken"))
      const { ask, closed } = yield* Effect.provide(start(Effect.succeed(HttpServerResponse.stream(failing))), layer)
      ask("GET /one")
      const answer = yield* closed
      expect(answer).toContain("part")
      expect(answer).not.toContain("\r\n0\r\n")
      expect(firstWords(texts())).toEqual(["an answer broke off"])
    }).pipe(Effect.provide(server)))

  it.scopedLive("is told of in the log where it is read from a file that ends too early", () =>
    Effect.gen(function*() {
      const { layer, texts } = yield* logLines
      const source = Readable.from((function*() {
        yield "part"
        throw new Error("ended too early")
      })())
      const answer = HttpServerResponse.raw(source, { headers: { "content-length": "10" } })
      const { ask, closed } = yield* Effect.provide(start(Effect.succeed(answer)), layer)
      ask("GET /one")
      expect(yield* closed).toContain("part")
      expect(texts()).toEqual([expect.stringMatching(/^an answer broke off[^]*ended too early/)])
    }).pipe(Effect.provide(server)))

  it.scopedLive("is released when the client leaves, and idle waits for that", () =>
    Effect.gen(function*() {
      const released = yield* Deferred.make<void>()
      const endless = Stream.ensuring(
        Stream.concat(Stream.succeed(bytes("begin")), Stream.never),
        Deferred.succeed(released, undefined)
      )
      const { ask, idle, leave, until } = yield* start(Effect.succeed(HttpServerResponse.stream(endless)))
      ask("GET /one")
      yield* until("begin")
      leave()
      yield* idle
      expect(yield* Deferred.isDone(released)).toBe(true)
    }).pipe(Effect.provide(server)))

  it.scopedLive("is neither read nor written for HEAD: the next answer follows the headers at once", () =>
    Effect.gen(function*() {
      const source = Readable.from(["content"])
      let ran = false
      const stream = Stream.sync(() => {
        ran = true
        return bytes("content")
      })
      const { ask, idle, until } = yield* start(
        Effect.succeed(HttpServerResponse.stream(stream)),
        Effect.succeed(HttpServerResponse.raw(source))
      )
      ask("HEAD /one", "HEAD /other", "GET /last")
      const parts = (yield* until("}")).split("\r\n\r\n")
      expect(parts).toEqual([
        expect.stringMatching(/^HTTP\/1.1 200 /),
        expect.stringMatching(/^HTTP\/1.1 200 /),
        expect.stringMatching(/^HTTP\/1.1 404 /),
        expect.stringMatching(/^\{/)
      ])
      yield* idle
      expect([source.destroyed, ran]).toEqual([true, false])
    }).pipe(Effect.provide(server)))
})
