import { HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Queue, Stream } from "effect"
import { createServer } from "node:http"
import { Readable } from "node:stream"
import type { Problem } from "../../../../src/domain/Problem.ts"
import { serve } from "../../../../src/platform/http/compiled/RequestRunner.ts"
import { toResponse } from "../../../../src/platform/http/exchange/Answer.ts"
import { isAnswer } from "../../../../src/platform/http/exchange/Answer.ts"
import type { App, Work } from "../../../../src/platform/http/exchange/App.ts"
import { awaitedResponse } from "../../../../src/platform/http/node/awaitedResponse.ts"
import { around } from "../../../../src/platform/http/stock/Connection.ts"
import { Lifecycle } from "../../../../src/platform/lifecycle/Lifecycle.ts"
import { TimeSlicedScheduler } from "../../../../src/platform/scheduler/TimeSlicedScheduler.ts"
import { httpAdapter } from "../../../support/adapter.ts"
import { connect } from "../../../support/connect.ts"
import { logLines } from "../../../support/logLines.ts"

const work = (effect: Effect.Effect<HttpServerResponse.HttpServerResponse, Problem>): Work => ({
  effect: () => effect,
  context: Context.empty(),
  answer: Exit.getOrElse(() => HttpServerResponse.empty({ status: 599 })),
  abandoned: () => undefined
})

/** Runs the application as one of the library's, inside the other adapter's parts. */
const stock = (app: App) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const reply = app(request)
    if (isAnswer(reply)) return Effect.succeed(toResponse(reply))
    return Effect.map(
      Effect.exit(Effect.interruptible(Effect.suspend(() => reply.effect()))),
      (exit) => awaitedResponse(request) === undefined ? HttpServerResponse.empty() : toResponse(reply.answer(exit))
    )
  })

const start = Effect.fnUntraced(function*(app: App) {
  const server = createServer()
  const lifecycle = yield* Lifecycle
  yield* lifecycle.enter("ready")
  const http = yield* NodeHttpServer.make(() => server, { host: "127.0.0.1", port: 0 })
  yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
  if (httpAdapter === "compiled") yield* serve(server, app)
  else yield* http.serve(around(lifecycle)(stock(app)))
  const connection = yield* connect(http.address._tag === "TcpAddress" ? http.address.port : 0)
  const ask = (method: string, path = "/") => connection.write(`${method} ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
  return { ...connection, ask, idle: lifecycle.idle }
})

const text = (body: string) => HttpServerResponse.text(body)
const bytes = (value: string) => new TextEncoder().encode(value)

describe("an answer", () => {
  it.scopedLive("comes with or without a fiber, on one connection, in order", () =>
    Effect.gen(function*() {
      const { ask, until } = yield* start(({ url }) =>
        url === "/now" ? text("now") : work(Effect.delay(Effect.succeed(text("later")), "1 millis"))
      )
      ask("GET", "/later")
      ask("GET", "/now")
      expect((yield* until("now")).indexOf("later")).toBeGreaterThan(0)
    }).pipe(Effect.provide(Lifecycle.layer)))

  it.scopedLive("that a fiber found is written at the end of the turn, with the others; by the library, at once", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const { until, write } = yield* start(({ url }) => ({
        ...work(Effect.sync(() => {
          seen.push(`ended ${url}`)
          return text(url)
        })),
        answer: Exit.match({
          onFailure: () => HttpServerResponse.empty({ status: 599 }),
          onSuccess: (answer) => {
            seen.push(`written ${url}`)
            return answer
          }
        })
      }))
      write("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n")
      yield* until("/b")
      const atOnce = ["ended /a", "written /a", "ended /b", "written /b"]
      expect(seen).toEqual(httpAdapter === "compiled" ? atOnce.toSorted() : atOnce)
    }).pipe(Effect.provide(Lifecycle.layer)))

  it.scopedLive.runIf(httpAdapter === "compiled")(
    "to a burst of requests is found in slices, a turn each",
    () =>
      Effect.gen(function*() {
        let [now, turns] = [0, 0]
        const foundIn: Array<number> = []
        const { until, write } = yield* start(({ url }) =>
          work(Effect.sync(() => {
            now += 1
            foundIn.push(turns)
            return text(url)
          }))
        ).pipe(Effect.withScheduler(new TimeSlicedScheduler(() => now)))
        const turn = () => {
          turns++
          if (foundIn.length < 6) setImmediate(turn)
        }
        turn()
        write(["/1", "/2", "/3", "/4", "/5", "/last"].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""))
        yield* until("/last")
        const [first = 0] = foundIn
        expect(foundIn.map((found) => found - first)).toEqual([0, 0, 1, 1, 2, 2])
      }).pipe(Effect.provide(Lifecycle.layer))
  )

  it.scopedLive("is a 500 where the application throws, before its fiber or after it", () =>
    Effect.gen(function*() {
      const { layer, texts } = yield* logLines
      const { ask, until } = yield* Effect.provide(
        start(({ url }) => {
          const answer = () => {
            throw new Error("thrown")
          }
          return url === "/before" ? answer() : { ...work(Effect.succeed(text("never"))), answer }
        }),
        layer
      )
      for (const path of ["/before", "/after"]) {
        ask("GET", path)
        expect(yield* until("}")).toMatch(/^HTTP\/1.1 500 [^]*application\/problem\+json/)
      }
      expect(texts().map((line) => line.split(",")[0])).toEqual(["unexpected failure", "unexpected failure"])
    }).pipe(Effect.provide(Lifecycle.layer)))

  it.scopedLive("is that to a failed effect where the making of the effect throws", () =>
    Effect.gen(function*() {
      const { ask, until } = yield* start(() => ({
        ...work(Effect.never),
        effect: () => {
          throw new Error("thrown")
        }
      }))
      ask("GET")
      expect(yield* until("\r\n\r\n")).toMatch(/^HTTP\/1.1 599 /)
    }).pipe(Effect.provide(Lifecycle.layer)))
})

it.scopedLive("an upgrade asked for behind a request that is still being answered closes the connection, and no more", () =>
  Effect.gen(function*() {
    const { ask, closed, idle, write } = yield* start(({ url }) =>
      url === "/slow" ? work(Effect.never) : text("refused")
    )
    ask("GET", "/slow")
    write("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    expect(yield* closed).toBe("<closed>")
    yield* idle
  }).pipe(Effect.provide(Lifecycle.layer)))

describe("a client that leaves", () => {
  it.scopedLive("interrupts the fiber; the server is idle only when its finalizers have ended", () =>
    Effect.gen(function*() {
      const events = yield* Queue.unbounded<string>()
      const gate = yield* Deferred.make<void>()
      const { ask, idle, leave } = yield* start(() =>
        work(
          Effect.zipRight(Queue.offer(events, "started"), Effect.never).pipe(
            Effect.onInterrupt(() => Effect.zipRight(Queue.offer(events, "interrupted"), Deferred.await(gate)))
          )
        )
      )
      ask("GET")
      expect(yield* Queue.take(events)).toBe("started")
      leave()
      expect(yield* Queue.take(events)).toBe("interrupted")
      yield* Effect.fork(Effect.zipRight(idle, Queue.offer(events, "idle")))
      yield* Effect.yieldNow()
      yield* Queue.offer(events, "still busy")
      yield* Deferred.succeed(gate, undefined)
      expect([yield* Queue.take(events), yield* Queue.take(events)]).toEqual(["still busy", "idle"])
    }).pipe(Effect.provide(Lifecycle.layer)))
})

describe("a client that leaves requests behind one that is not answered", () => {
  it.scopedLive("interrupts them all, and what had its answer already is not waited for", () =>
    Effect.gen(function*() {
      const events = yield* Queue.unbounded<string>()
      const endless = Effect.zipRight(Queue.offer(events, "started"), Effect.never).pipe(
        Effect.onInterrupt(() => Queue.offer(events, "interrupted"))
      )
      const { idle, leave, write } = yield* start(({ url }) => url === "/endless" ? work(endless) : text("now"))
      const paths = ["/endless", "/now", "/endless", ...Array.from({ length: 10 }, () => "/now")]
      write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""))
      expect([yield* Queue.take(events), yield* Queue.take(events)]).toEqual(["started", "started"])
      leave()
      expect([yield* Queue.take(events), yield* Queue.take(events)]).toEqual(["interrupted", "interrupted"])
      yield* idle
    }).pipe(Effect.provide(Lifecycle.layer)))
})

describe("a body that is a stream", () => {
  const failing = Stream.concat(Stream.succeed(bytes("part")), Stream.die("broken"))

  it.scopedLive("cuts the connection where it fails, so that a part does not pass for the whole", () =>
    Effect.gen(function*() {
      const { layer, texts } = yield* logLines
      const { ask, closed } = yield* Effect.provide(start(() => HttpServerResponse.stream(failing)), layer)
      ask("GET")
      const answer = yield* closed
      expect(answer).toContain("part")
      expect(answer).not.toContain("\r\n0\r\n")
      expect(texts().map((line) => line.split(",")[0])).toEqual(["an answer broke off"])
    }).pipe(Effect.provide(Lifecycle.layer)))

  it.scopedLive("is told of in the log where it is read from a file that ends too early", () =>
    Effect.gen(function*() {
      const { layer, texts } = yield* logLines
      const source = Readable.from((function*() {
        yield "part"
        throw new Error("ended too early")
      })())
      const answer = HttpServerResponse.raw(source, { headers: { "content-length": "10" } })
      const { ask, closed } = yield* Effect.provide(start(() => answer), layer)
      ask("GET")
      expect(yield* closed).toContain("part")
      expect(texts().map((line) => line.split(",")[0])).toEqual(["an answer broke off"])
      expect(texts()[0]).toContain("ended too early")
    }).pipe(Effect.provide(Lifecycle.layer)))

  it.scopedLive("is released when the client leaves, and idle waits for that", () =>
    Effect.gen(function*() {
      const released = yield* Deferred.make<void>()
      const endless = Stream.ensuring(
        Stream.concat(Stream.succeed(bytes("begin")), Stream.never),
        Deferred.succeed(released, undefined)
      )
      const { ask, idle, leave, until } = yield* start(() => HttpServerResponse.stream(endless))
      ask("GET")
      yield* until("begin")
      leave()
      yield* idle
      expect(yield* Deferred.isDone(released)).toBe(true)
    }).pipe(Effect.provide(Lifecycle.layer)))

  it.scopedLive("is not read for HEAD", () =>
    Effect.gen(function*() {
      const source = Readable.from(["content"])
      let ran = false
      const stream = Stream.sync(() => {
        ran = true
        return bytes("content")
      })
      const { ask, idle, until } = yield* start(({ url }) =>
        url === "/raw" ? HttpServerResponse.raw(source) : HttpServerResponse.stream(stream)
      )
      for (const path of ["/raw", "/stream"]) {
        ask("HEAD", path)
        expect(yield* until("\r\n\r\n")).not.toContain("content\r\n")
      }
      yield* idle
      expect([source.destroyed, ran]).toEqual([true, false])
    }).pipe(Effect.provide(Lifecycle.layer)))
})
