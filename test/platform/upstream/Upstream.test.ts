import { describe, expect, it } from "@effect/vitest"
import { Clock, Context, Deferred, Duration, Effect, Fiber, Layer, Queue } from "effect"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import { AppConfig } from "../../../src/AppConfig.ts"
import * as HttpDate from "../../../src/platform/http/contract/HttpDate.ts"
import { Upstream, urlOf } from "../../../src/platform/upstream/Upstream.ts"
import * as PolicyInterpreter from "../../../src/policy/PolicyInterpreter.ts"
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
      expect((yield* get("/a?b=c")).value).toEqual({ asked: "/base/a?b=c" })
      expect(yield* Effect.flip(get("/fails"))).toMatchObject({
        reason: "status",
        upstream_status: 503,
        transient: true
      })
      expect((yield* get("/d")).value).toEqual({ asked: "/base/d" })
      expect(sockets.size).toBe(1)
    }))

  it.scopedLive("takes from a 429 or 503 what it asks to wait, in seconds or as a date", () =>
    Effect.gen(function*() {
      const { url } = yield* LoopbackServer.make((request, response) => {
        const [, status = "", after = ""] = (request.url ?? "").split("/")
        response.writeHead(Number(status), { "retry-after": decodeURIComponent(after) }).end()
      })
      const { get } = yield* upstreamAt(url)
      const asked = (path: `/${string}`) => Effect.map(Effect.flip(get(path)), ({ retryAfter }) => retryAfter)
      expect(yield* asked("/429/120")).toEqual(Duration.seconds(120))
      expect(yield* asked("/503/0")).toEqual(Duration.zero)
      const soon = HttpDate.format((yield* Clock.currentTimeMillis) + 60_000)
      const left = Duration.toMillis((yield* asked(`/503/${encodeURIComponent(soon)}`)) ?? 0)
      expect(left).toBeGreaterThan(30_000)
      expect(left).toBeLessThanOrEqual(60_000)
      expect(yield* asked(`/503/${encodeURIComponent("Sun, 06 Nov 1994 08:49:37 GMT")}`)).toEqual(Duration.zero)
      expect(yield* Effect.all([asked("/503/soon"), asked("/503/-1"), asked("/500/120")], { concurrency: 1 })).toEqual([
        undefined,
        undefined,
        undefined
      ])
    }))

  it.scopedLive("tells the upstream how long a policy still waits, where one does", () =>
    Effect.gen(function*() {
      const told: Array<unknown> = []
      const { url } = yield* LoopbackServer.make((request, response) => {
        told.push(request.headers["x-envoy-expected-rq-timeout-ms"])
        response.end("{}")
      })
      const { get } = yield* upstreamAt(url)
      const { apply } = yield* PolicyInterpreter.make({
        timeout: Duration.minutes(2),
        attemptTimeout: Duration.minutes(1)
      })
      yield* apply()((time) => get("/", time))
      yield* get("/")
      expect(Number(told[0])).toBeGreaterThan(50_000)
      expect(Number(told[0])).toBeLessThanOrEqual(60_000)
      expect(told[1]).toBeUndefined()
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

  it.scopedLive("refuses a body that is not JSON, too deeply nested, or larger than the limit", () =>
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

  it.scopedLive("reports that nobody listens, or that the connection broke", () =>
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

  it.scopedLive("requests no coding, and decodes those that the upstream uses anyway", () =>
    Effect.gen(function*() {
      const json = Buffer.from(`{"a":"${"é".repeat(50)}"}`)
      const coded: Readonly<Record<string, readonly [codings: string, body: Buffer]>> = {
        gzip: ["gzip", gzipSync(json)],
        old: ["X-GZip", gzipSync(json)],
        deflate: ["deflate", deflateSync(json)],
        bare: ["deflate", deflateRawSync(json)],
        brotli: ["br", brotliCompressSync(json)],
        twice: ["gzip, , br", brotliCompressSync(gzipSync(json))],
        identity: ["Identity", json],
        nothing: ["", json],
        cut: ["gzip", gzipSync(json).subarray(0, 20)],
        unknown: ["zstd", json],
        inherited: ["constructor", json],
        bomb: ["gzip", gzipSync(Buffer.alloc(100_000, " "))]
      }
      const asked = new Set<string | undefined>()
      const { url } = yield* LoopbackServer.make((request, response) => {
        asked.add(request.headers["accept-encoding"]?.toString())
        const [codings = "", body] = coded[(request.url ?? "").replace("/base/", "")] ?? []
        response.writeHead(200, { "content-encoding": codings }).end(body)
      })
      const { get } = yield* upstreamAt(new URL("/base/", url), { upstreamMaxBytes: 2048 })
      for (const name of ["gzip", "old", "deflate", "bare", "brotli", "twice", "identity", "nothing"]) {
        expect([name, (yield* get(`/${name}`)).text]).toEqual([name, json.toString()])
      }
      const failures = yield* Effect.forEach(
        ["cut", "unknown", "inherited", "bomb"],
        (name) => Effect.flip(get(`/${name}`)),
        { concurrency: 1 }
      )
      expect(failures.map(({ code }) => code)).toEqual(["bad-coding", "bad-coding", "bad-coding", "too-large"])
      expect([...asked]).toEqual(["identity"])
    }))

  it.scopedLive("keeps every digit and every byte of the text, except a byte order mark", () =>
    Effect.gen(function*() {
      const texts = [
        `{"id": 12345678901234567890, "amount": 0.10, "tiny": 1e-400, "zero": -0, "a": 1, "a": 2}`,
        "[\r\n1.0 ]",
        "\u{feff}123456789012345678901"
      ]
      const { url } = yield* LoopbackServer.make((request, response) => {
        response.end(request.url === "/latin" ? Buffer.from(`"é"`, "latin1") : texts[Number(request.url?.slice(1))])
      })
      const { get } = yield* upstreamAt(url)
      const received = yield* Effect.forEach(texts, (_, index) => get(`/${index}`), { concurrency: 1 })
      expect(received.map(({ text }) => text)).toEqual([...texts.slice(0, 2), "123456789012345678901"])
      expect(yield* Effect.flip(get("/latin"))).toMatchObject({ reason: "body", code: "not-json" })
    }))

  it.scopedLive("resends a GET once, on a new connection, if the kept one was closed", () =>
    Effect.gen(function*() {
      const answered = new WeakSet<object>()
      let closed = 0
      const { url } = yield* LoopbackServer.make((request, response) => {
        // an upstream that closes its idle connection just as the next request arrives
        if (answered.has(request.socket) || request.url === "/never") {
          closed++
          if (request.url === "/reset") request.socket.resetAndDestroy()
          else request.socket.destroy()
          return
        }
        answered.add(request.socket)
        response.end("true")
      })
      const { get } = yield* upstreamAt(url, { upstreamConnections: 1 })
      const paths = ["/a", "/b", "/reset", "/d", "/reset"] as const
      expect((yield* Effect.forEach(paths, (path) => get(path), { concurrency: 1 })).map(({ value }) => value)).toEqual(
        paths.map(() => true)
      )
      expect(closed).toBeGreaterThan(1)
      closed = 0
      expect(yield* Effect.flip(get("/never"))).toMatchObject({ reason: "connection", transient: true })
      expect(closed).toBe(2)
    }))
})
