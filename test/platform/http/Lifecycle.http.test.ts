import { FileSystem, HttpServer } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Option, Scope, TestClock } from "effect"
import * as Http from "node:http"
import { WebSocket } from "ws"
import { AppConfig } from "../../../src/AppConfig.ts"
import * as NodeServer from "../../../src/platform/http/node/NodeServer.ts"
import { Lifecycle } from "../../../src/platform/lifecycle/Lifecycle.ts"
import { connect } from "../../support/connect.ts"
import * as TestDatabase from "../../support/Database.ts"
import { onDialect } from "../../support/dialect.ts"
import { portOf } from "../../support/loopback.ts"
import { send } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const build = (scope: Scope.Scope, overrides: Parameters<typeof TestServer.layer>[0] = {}) =>
  Effect.map(Layer.buildWithScope(TestServer.layer(overrides), scope), Context.get(TestServer))

/**
 * Sends a forked request and waits until the server has received the earlier ones, as it serves in order of arrival.
 */
const arrival = (port: number) =>
  Effect.zipRight(Effect.yieldNow(), Effect.repeatN(send(port, new Http.Agent())("GET", "/health/live"), 2))

describe("stopping", () => {
  it.live("lets running requests finish, refuses new ones on kept-alive connections, and closes sockets with 1001", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { port } = yield* build(scope, { slowDuration: Duration.millis(300) })
      const agents = [1, 2].map(() => new Http.Agent({ keepAlive: true, maxSockets: 1 }))
      const [running, idle] = agents.map((agent) => send(port, agent))
      if (running === undefined || idle === undefined) return yield* Effect.dieMessage("two agents")
      expect((yield* idle("GET", "/health/ready")).status).toBe(200)

      const closed = yield* Deferred.make<number>()
      const joined = yield* Deferred.make<void>()
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/1`)
      socket.on("open", () => Deferred.unsafeDone(joined, Effect.void))
      socket.on("close", (code) => Deferred.unsafeDone(closed, Effect.succeed(code)))
      yield* Deferred.await(joined)

      const slow = yield* Effect.fork(running("GET", "/async-slow"))
      yield* arrival(port)
      const stopping = yield* Effect.fork(Scope.close(scope, Exit.void))
      expect((yield* Fiber.join(slow)).status).toBe(200)
      expect(yield* Deferred.await(closed)).toBe(1001)
      yield* Fiber.join(stopping)
      expect(yield* Effect.flip(idle("GET", "/health/live"))).toMatchObject({ code: "ECONNREFUSED" })
      for (const agent of agents) agent.destroy()
    }))

  it.live("cuts off requests that outlast the deadline", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { port } = yield* build(scope, {
        slowDuration: Duration.seconds(60),
        shutdownTimeout: Duration.millis(20)
      })
      const agent = new Http.Agent({ keepAlive: true })
      const slow = yield* Effect.fork(Effect.flip(send(port, agent)("GET", "/async-slow")))
      yield* arrival(port)
      yield* Scope.close(scope, Exit.void)
      expect(yield* Fiber.join(slow)).toMatchObject({ code: "ECONNRESET" })
    }))

  it.scopedLive("is the cause of interruptions in timelines from the deadline on, but not of a client that left before", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { port, recorder } = yield* build(scope, {
        slowDuration: Duration.seconds(60),
        shutdownTimeout: Duration.millis(20)
      })
      const interrupted = () => recorder.list({ outcome: "interrupted" })
      const [leaving, staying] = yield* Effect.all([connect(port), connect(port)], { concurrency: 1 })
      leaving.write("GET /async-slow HTTP/1.1\r\nHost: a\r\n\r\n")
      yield* arrival(port)
      leaving.leave()
      yield* Effect.repeat(arrival(port), { until: () => interrupted().length === 1 })
      const job = yield* Effect.fork(recorder.job("endless", "/jobs/1")(Effect.never))
      staying.write("GET /async-slow HTTP/1.1\r\nHost: a\r\n\r\n")
      yield* arrival(port)
      yield* Scope.close(scope, Exit.void)
      yield* Fiber.interrupt(job)
      const causes = (id: string) =>
        Option.toArray(recorder.get(id)).flatMap(({ interruptions }) => interruptions.map(({ why }) => why))
      expect(interrupted().map(({ id, kind }) => [kind, causes(id)])).toEqual([
        ["request", ["stopping"]],
        ["job", ["stopping"]],
        ["request", ["client left"]]
      ])
    }))

  it.scopedLive("waits for what it cut off: nothing of a broken upload stays", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
      const scope = yield* Scope.make()
      const databaseUrl = yield* TestDatabase.place
      const { port } = yield* build(scope, { dataDir, databaseUrl, shutdownTimeout: Duration.millis(20) })
      const connection = yield* connect(port)
      connection.write(
        "POST /upload-async HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000\r\n\r\n" +
          "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello"
      )
      const unfinished = onDialect<Effect.Effect<ReadonlyArray<unknown>>>({
        sqlite: Effect.orElseSucceed(fs.readDirectory(`${dataDir}/tmp`), () => []),
        postgres: TestDatabase.beside(databaseUrl, dataDir)("SELECT stored_as FROM files")
      })
      yield* Effect.repeat(unfinished, { until: (files) => files.length > 0 })
      yield* Scope.close(scope, Exit.void)
      expect(yield* unfinished).toEqual([])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("every answer says that its connection closes, also to a request that was running already", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { port } = yield* build(scope, { slowDuration: Duration.millis(1500) })
      const [slow, next, idle] = yield* Effect.all([connect(port), connect(port), connect(port)], { concurrency: 1 })
      const ready = "GET /health/ready HTTP/1.1\r\nHost: a\r\n"
      slow.write("GET /async-slow HTTP/1.1\r\nHost: a\r\n\r\n")
      next.write(`${ready}\r\n${ready}`)
      idle.write(`${ready}\r\n`)
      expect(yield* next.until("\"ok\"")).toMatch(/connection: keep-alive/i)
      expect(yield* idle.until("\"ok\"")).toMatch(/connection: keep-alive/i)
      const stopping = yield* Effect.fork(Scope.close(scope, Exit.void))
      expect(yield* idle.closed).toBe("<closed>")

      next.write("\r\n")
      const notReady = yield* next.closed
      expect(notReady).toMatch(/^HTTP\/1.1 503 /)
      expect(notReady).toContain("\"reason\":\"stopping\"")
      expect(notReady).toMatch(/connection: close/i)
      const running = yield* slow.closed
      expect(running).toMatch(/^HTTP\/1.1 200 /)
      expect(running).toMatch(/connection: close/i)
      yield* Fiber.join(stopping)
    }))
})

describe("leaving", () => {
  it.scoped("the server is not ready during SHUTDOWN_DELAY, still serves, and closes each connection after its answer", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { port } = yield* build(scope, { shutdownDelay: Duration.minutes(1) })
      const ask = (path: string) =>
        Effect.flatMap(connect(port), ({ closed, write }) => {
          write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
          return closed
        })
      const kept = yield* connect(port)
      kept.write("GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n")
      expect(yield* kept.until("}")).toMatch(/^HTTP\/1.1 200 [^]*keep-alive: timeout=65\r\n/i)
      const stopping = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* TestClock.adjust("59 seconds")
      expect(yield* ask("/health/ready")).toMatch(/^HTTP\/1.1 503 [^]*"reason":"leaving"/)
      expect(yield* ask("/health/live")).toMatch(/^HTTP\/1.1 200 /)
      expect(yield* ask("/users/")).toMatch(/^HTTP\/1.1 200 [^]*connection: close/i)
      kept.write("GET /users/ HTTP/1.1\r\nHost: a\r\n\r\n")
      expect(yield* kept.closed).toMatch(/^HTTP\/1.1 200 [^]*connection: close/i)
      // the engine and its parts take time of their own to end
      yield* Effect.repeat(TestClock.adjust("1 second"), { until: () => stopping.unsafePoll() !== null })
      expect(yield* ask("/health/live")).toBe("<closed>")
    }))
})

describe("starting", () => {
  const Starting = NodeServer.layer.pipe(
    Layer.provide(NodeServer.NodeServer.layer),
    Layer.provide(Lifecycle.layer),
    Layer.provide(AppConfig.layerWith({ port: 0, logLevel: "none" }))
  )

  it.scopedLive("it is alive, and not ready", () =>
    Effect.gen(function*() {
      const connection = yield* connect(portOf(yield* HttpServer.HttpServer))
      for (const path of ["/health/live", "/health/live/", "/health/live?probe=1", "/health/live/?probe=1"]) {
        connection.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
        expect(yield* connection.until("}")).toMatch(/^HTTP\/1.1 200 /)
      }
      connection.write("GET /health/ready HTTP/1.1\r\nHost: a\r\nAccept-Language: en\r\nConnection: close\r\n\r\n")
      const answer = yield* connection.closed
      expect(answer).toMatch(/^HTTP\/1.1 503 /)
      expect(answer).toMatch(/retry-after: 1\r\n/i)
      expect(JSON.parse(answer.slice(answer.indexOf("{"), answer.indexOf("<closed>")))).toMatchObject({
        _tag: "NotReady",
        type: "urn:barista:problem:not-ready",
        reason: "starting",
        detail: "The server is starting."
      })
    }).pipe(Effect.provide(Starting)))
})

describe("overload", () => {
  it.live("a request beyond the bound gets 503 with Retry-After, and the place is free again afterwards", () =>
    Effect.gen(function*() {
      const { port, send } = yield* TestServer
      const agent = new Http.Agent({ keepAlive: true })
      const slow = Http.get({ host: "127.0.0.1", port, path: "/async-slow", agent })
      slow.on("error", () => undefined)
      const refused = yield* Effect.repeat(send("GET", "/users/"), { until: ({ status }) => status === 503 })
      expect(refused.headers["retry-after"]).toBe("1")
      slow.destroy()
      // the handler of the client that left was interrupted, so its place is free
      yield* Effect.repeat(send("GET", "/users/"), { until: ({ status }) => status === 200 })
      expect((yield* send("GET", "/users/")).status).toBe(200)
    }).pipe(Effect.provide(TestServer.layer({ maxRequests: 1, slowDuration: Duration.seconds(60) }))))
})
