import { describe, expect, it } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, Layer, Queue } from "effect"
import { AppConfig } from "../../../src/AppConfig.ts"
import { Upstream, urlOf } from "../../../src/platform/upstream/Upstream.ts"
import * as LoopbackServer from "../../support/LoopbackServer.ts"

const upstreamAt = (
  url: URL,
  limits: { readonly upstreamMaxBytes?: number; readonly upstreamConnections?: number } = {}
) =>
  Layer.build(Layer.provide(Upstream.layerHttp(url), AppConfig.layerWith(limits))).pipe(
    Effect.map(Context.get(Upstream))
  )

describe("Upstream", () => {
  it("keeps the host, whatever the path", () => {
    const base = new URL("https://host.example:8443/base/")
    const asked = ["/get", "//evil.example/x", "/\\evil.example/x", "/../x?a=http://evil.example?b#c", "@evil.example"]
    expect(asked.map((path) => urlOf(base, path).origin)).toEqual(asked.map(() => "https://host.example:8443"))
    expect(urlOf(base, "/delay/1?a=b?c").href).toBe("https://host.example:8443/base/delay/1?a=b?c")
    expect(urlOf(new URL("http://host.example"), "/delay/1").href).toBe("http://host.example/delay/1")
  })

  it.scopedLive("asks below the base, and reuses its connections after answers and failures alike", () =>
    Effect.gen(function*() {
      const { sockets, url } = yield* LoopbackServer.make((request, response) => {
        response.statusCode = request.url === "/base/fails" ? 503 : 200
        response.end(JSON.stringify({ asked: request.url }))
      })
      const { get } = yield* upstreamAt(new URL("/base/", url), { upstreamConnections: 1 })
      expect(yield* get("/a?b=c")).toEqual({ asked: "/base/a?b=c" })
      expect(yield* Effect.flip(get("/fails"))).toMatchObject({
        reason: "status",
        upstream_status: 503,
        transient: true
      })
      expect(yield* get("/d")).toEqual({ asked: "/base/d" })
      expect(sockets.size).toBe(1)
    }))

  it.scopedLive("does not follow a redirect", () =>
    Effect.gen(function*() {
      const asked: Array<string | undefined> = []
      const { url } = yield* LoopbackServer.make((request, response) => {
        asked.push(request.url)
        response.writeHead(302, { location: "/elsewhere" }).end()
      })
      const { get } = yield* upstreamAt(new URL("/base/", url))
      expect(yield* Effect.flip(get("/here"))).toMatchObject({
        reason: "status",
        upstream_status: 302,
        transient: false
      })
      expect(asked).toEqual(["/base/here"])
    }))

  it.scopedLive("refuses a body that is no JSON, nested without end, or larger than the limit", () =>
    Effect.gen(function*() {
      const endless = yield* Deferred.make<void>()
      const { url } = yield* LoopbackServer.make((request, response) => {
        switch (request.url) {
          case "/base/text":
            return response.end("<html>")
          case "/base/nested":
            return response.end("[".repeat(500) + "]".repeat(500))
          default: {
            response.on("close", () => Deferred.unsafeDone(endless, Effect.void))
            const more = () => {
              while (response.write("1".repeat(1024)));
            }
            response.on("drain", more)
            return more()
          }
        }
      })
      const { get } = yield* upstreamAt(new URL("/base/", url), { upstreamMaxBytes: 2048 })
      const failure = { reason: "body", transient: false }
      expect(yield* Effect.flip(get("/text"))).toMatchObject({ ...failure, code: "not-json" })
      expect(yield* Effect.flip(get("/nested"))).toMatchObject({ ...failure, code: "not-json" })
      expect(yield* Effect.flip(get("/endless"))).toMatchObject({ ...failure, code: "too-large" })
      yield* Deferred.await(endless)
    }))

  it.scopedLive("says that nobody listens, or that the connection broke", () =>
    Effect.gen(function*() {
      const gone = yield* LoopbackServer.make((request, response) => {
        if (request.url === "/base/reset") {
          request.socket.resetAndDestroy()
        } else {
          response.writeHead(200, { "content-length": "100" }).write("{")
          request.socket.end()
        }
      })
      const { get } = yield* upstreamAt(new URL("/base/", gone.url))
      const failure = { reason: "connection", transient: true }
      expect(yield* Effect.flip(get("/reset"))).toMatchObject(failure)
      expect(yield* Effect.flip(get("/half"))).toMatchObject(failure)
      yield* gone.close
      expect(yield* Effect.flip(get("/get"))).toMatchObject({
        ...failure,
        code: "ECONNREFUSED",
        url: `${gone.url.href}base/get`
      })
    }))

  it.scopedLive("aborts the request on its socket when interrupted, before the answer and in the middle of it", () =>
    Effect.gen(function*() {
      const arrived = yield* Queue.unbounded<string | undefined>()
      const left = yield* Queue.unbounded<string | undefined>()
      const { url } = yield* LoopbackServer.make((request, response) => {
        response.on("close", () => Queue.unsafeOffer(left, request.url))
        if (request.url === "/base/half") response.writeHead(200, { "content-length": "100" }).write("{")
        Queue.unsafeOffer(arrived, request.url)
      })
      const { get } = yield* upstreamAt(new URL("/base/", url))
      for (const path of ["/silent", "/half"] as const) {
        const call = yield* Effect.fork(get(path))
        yield* Queue.take(arrived)
        expect(yield* Queue.size(left)).toBe(0)
        yield* Fiber.interrupt(call)
        expect(yield* Queue.take(left)).toBe(`/base${path}`)
      }
    }))
})
