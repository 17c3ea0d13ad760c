import { describe, expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, Layer, Scope } from "effect"
import * as Http from "node:http"
import { WebSocket } from "ws"
import { type Answer, TestServer } from "../support/TestServer.ts"

const build = (scope: Scope.Scope, overrides: Parameters<typeof TestServer.layer>[0] = {}) =>
  Effect.map(
    Layer.buildWithScope(TestServer.layer(overrides), scope),
    (context) => context.unsafeMap.get(TestServer.key) as TestServer["Type"]
  )

/** A request on a connection that stays open between requests. */
const keptAlive = (port: number, agent: Http.Agent) => (path: string) =>
  Effect.async<Pick<Answer, "status" | "headers">, Error>((resume) => {
    const request = Http.get({ host: "127.0.0.1", port, path, agent })
    request.on("response", (response) => {
      response.resume()
      response.on("end", () => resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers })))
    })
    request.on("error", (error) => resume(Effect.fail(error)))
  })

/** Lets a forked request be sent, and waits until the server has taken what was sent before: it serves in order of arrival. */
const arrival = (port: number) =>
  Effect.zipRight(Effect.yieldNow(), Effect.repeatN(keptAlive(port, new Http.Agent())("/health/live"), 2))

describe("stopping", () => {
  it.live("lets running requests finish, refuses new ones on kept-alive connections, and closes sockets with 1001", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { port } = yield* build(scope, { slowDuration: Duration.millis(300) })
      const agents = [1, 2].map(() => new Http.Agent({ keepAlive: true, maxSockets: 1 }))
      const [running, idle] = agents.map((agent) => keptAlive(port, agent))
      if (running === undefined || idle === undefined) return yield* Effect.dieMessage("two agents")
      expect((yield* idle("/health/ready")).status).toBe(200)

      const closed = yield* Deferred.make<number>()
      const joined = yield* Deferred.make<void>()
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/1`)
      socket.on("open", () => Deferred.unsafeDone(joined, Effect.void))
      socket.on("close", (code) => Deferred.unsafeDone(closed, Effect.succeed(code)))
      yield* Deferred.await(joined)

      const slow = yield* Effect.fork(running("/async-slow"))
      yield* arrival(port)
      const stopping = yield* Effect.fork(Scope.close(scope, Exit.void))
      expect((yield* Fiber.join(slow)).status).toBe(200)
      expect(yield* Deferred.await(closed)).toBe(1001)
      yield* Fiber.join(stopping)
      expect((yield* Effect.exit(idle("/health/live")))._tag).toBe("Failure")
      for (const agent of agents) agent.destroy()
    }))

  it.live("cuts off what outlasts the deadline", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { port } = yield* build(scope, {
        slowDuration: Duration.seconds(60),
        shutdownTimeout: Duration.millis(20)
      })
      const agent = new Http.Agent({ keepAlive: true })
      const slow = yield* Effect.fork(Effect.exit(keptAlive(port, agent)("/async-slow")))
      yield* arrival(port)
      yield* Scope.close(scope, Exit.void)
      expect((yield* Fiber.join(slow))._tag).toBe("Failure")
    }))
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
      // the client that left was interrupted: its place is free
      yield* Effect.repeat(send("GET", "/users/"), { until: ({ status }) => status === 200 })
      expect((yield* send("GET", "/users/")).status).toBe(200)
    }).pipe(Effect.provide(TestServer.layer({ maxRequests: 1, slowDuration: Duration.seconds(60) }))))
})
