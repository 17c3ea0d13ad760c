import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Layer, Queue, Scope } from "effect"
import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { AppConfig } from "../../../src/AppConfig.ts"
import { BlockingLoop } from "../../../src/platform/workers/BlockingLoop.ts"

const layer = BlockingLoop.layer.pipe(Layer.provide(AppConfig.layer))

/** An upstream in this thread: the test takes each request and answers it, or does not. */
const upstream = Effect.gen(function*() {
  const asked = yield* Queue.unbounded<{ readonly response: ServerResponse; readonly gone: Effect.Effect<void> }>()
  const server = createServer((_, response) => {
    const closed = new Promise<void>((resolve) => response.once("close", resolve))
    asked.unsafeOffer({ response, gone: Effect.promise(() => closed) })
  })
  yield* Effect.acquireRelease(
    Effect.async<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
  const address = server.address()
  const port = typeof address === "object" ? address?.port : undefined
  return { url: new URL(`http://127.0.0.1:${port}/`), next: Queue.take(asked), size: Queue.size(asked) }
})

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "barista-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const inLine = <A, E>(effect: Effect.Effect<A, E>) => Effect.zipLeft(Effect.fork(effect), Effect.yieldNow())

const bytes = (text: string) => new TextEncoder().encode(text)
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")

describe("BlockingLoop", () => {
  it.effect("measures how long its loop was blocked, and the heartbeats that this cost", () =>
    Effect.gen(function*() {
      const loop = yield* BlockingLoop
      const once = yield* loop.sleep({ times: 1, each: "50 millis" })
      expect(Duration.toMillis(once.eventLoop.blockedFor)).toBeGreaterThanOrEqual(50)
      expect(once.eventLoop.missedHeartbeats).toBeGreaterThanOrEqual(3)
      const thrice = yield* loop.sleep({ times: 3, each: "50 millis" })
      expect(Duration.toMillis(thrice.eventLoop.blockedFor)).toBeGreaterThanOrEqual(150)
      expect(thrice.eventLoop.missedHeartbeats).toBeGreaterThanOrEqual(13)
      expect((yield* loop.sumOfSquares(1_000_000)).value).toBe(333_332_833_333_500_000n)
    }).pipe(Effect.provide(layer)))

  it.scoped("runs calls in order of arrival while this loop goes on answering", () =>
    Effect.gen(function*() {
      const loop = yield* BlockingLoop
      const { next, url } = yield* upstream
      const order: Array<bigint> = []
      const held = yield* inLine(loop.httpGet(url, "1 minute"))
      const { response } = yield* next
      const sums = yield* Effect.forEach(
        [4, 3, 2],
        (n) => inLine(Effect.tap(loop.sumOfSquares(n), ({ value }) => Effect.sync(() => order.push(value)))),
        { concurrency: 1 }
      )
      let turns = 0
      yield* Effect.repeatN(Effect.andThen(Effect.promise(() => new Promise(setImmediate)), () => turns++), 99)
      expect([turns, order.length]).toEqual([100, 0])
      response.end("{}")
      yield* Fiber.join(held)
      yield* Effect.forEach(sums, Fiber.join, { concurrency: 1 })
      expect(order).toEqual([14n, 5n, 1n])
    }).pipe(Effect.provide(layer)))

  it.scoped("admits 64 calls and open files, and refuses the next", () =>
    Effect.gen(function*() {
      const loop = yield* BlockingLoop
      const path = yield* folder
      const open = yield* Scope.make()
      yield* Scope.extend(loop.fileWriter(join(path, "a")), open)
      const running = yield* inLine(loop.sleep({ times: 1, each: "1 hour" }))
      const waiting = yield* Effect.replicateEffect(inLine(loop.sumOfSquares(3)), 62)
      expect(yield* loop.stats).toEqual({ waiting: 62, running: 1 })
      const refused = yield* Effect.flip(loop.sumOfSquares(3))
      expect(refused).toMatchObject({ _tag: "Overloaded", retry_after: 1 })
      expect(yield* Effect.flip(Effect.scoped(loop.fileWriter(join(path, "b"))))).toMatchObject({ _tag: "Overloaded" })
      yield* Fiber.interrupt(running)
      yield* Scope.close(open, Exit.void)
      const values = yield* Effect.forEach(waiting, Fiber.join, { concurrency: 1 })
      expect(values.map(({ value }) => value)).toEqual(Array.from({ length: 62 }, () => 5n))
      expect(readdirSync(path)).toEqual([])
    }).pipe(Effect.provide(layer)))

  it.scoped("drops a waiting call and cuts a running one when their callers leave", () =>
    Effect.gen(function*() {
      const loop = yield* BlockingLoop
      const { next, size, url } = yield* upstream
      const running = yield* inLine(loop.httpGet(url, "1 hour"))
      const { gone } = yield* next
      const waiting = yield* inLine(loop.httpGet(url, "1 hour"))
      const behind = yield* inLine(loop.sumOfSquares(3))
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(running)
      yield* gone
      expect((yield* Fiber.join(behind)).value).toBe(5n)
      expect(yield* size).toBe(0)
    }).pipe(Effect.provide(layer)))

  describe("httpGet", () => {
    it.scoped("answers status and text, and blocks its loop meanwhile", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const { next, url } = yield* upstream
        const call = yield* inLine(loop.httpGet(url, "1 minute"))
        const { response } = yield* next
        response.writeHead(418, { "content-type": "application/json" }).end("{\"tea\":\"thé ☕\"}")
        const { body, status } = (yield* Fiber.join(call)).value
        expect({ status, body: Buffer.from(body).toString() }).toEqual({ status: 418, body: "{\"tea\":\"thé ☕\"}" })
        expect((yield* loop.stats).running).toBe(0)
      }).pipe(Effect.provide(layer)))

    it.scoped("frees the loop from an upstream that never answers", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const { next, url } = yield* upstream
        const call = yield* inLine(Effect.flip(loop.httpGet(url, "100 millis")))
        const { gone } = yield* next
        const failure = yield* Fiber.join(call)
        expect(failure).toMatchObject({ _tag: "HttpGetFailed", kind: "timeout", url: url.href })
        if (failure._tag === "HttpGetFailed") expect(failure.eventLoop.missedHeartbeats).toBeGreaterThanOrEqual(5)
        yield* gone
        expect((yield* loop.sumOfSquares(3)).value).toBe(5n)
      }).pipe(Effect.provide(layer)))

    it.scoped("times out an answer that begins and never ends", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const { next, url } = yield* upstream
        const call = yield* inLine(Effect.flip(loop.httpGet(url, "100 millis")))
        const { response } = yield* next
        response.write("{")
        expect(yield* Fiber.join(call)).toMatchObject({ kind: "timeout" })
      }).pipe(Effect.provide(layer)))

    it.scoped("names a reset before and within the answer, a refusal, and an answer that is too large", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const { next, url } = yield* upstream
        const failing = (answer: (response: ServerResponse) => void) =>
          Effect.gen(function*() {
            // should it succeed, the report shows a size rather than a mebibyte
            const size = Effect.map(loop.httpGet(url, "1 minute"), ({ value }) => value.body.length)
            const call = yield* inLine(Effect.flip(size))
            answer((yield* next).response)
            return yield* Fiber.join(call)
          })
        expect(yield* failing((response) => response.destroy())).toMatchObject({ kind: "connection" })
        const within = yield* failing((response) => response.write("{", () => response.destroy()))
        expect(within).toMatchObject({ kind: "connection" })
        const large = yield* failing((response) => response.end(Buffer.alloc(1024 * 1024 + 1)))
        expect(large).toMatchObject({ kind: "too large" })
        const refused = yield* Effect.flip(loop.httpGet(new URL("http://127.0.0.1:1/"), "1 minute"))
        expect(refused).toMatchObject({ kind: "connection" })
      }).pipe(Effect.provide(layer)))
  })

  describe("fileWriter", () => {
    it.scoped("writes, hashes, renames; the chunks stay their owner's", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const path = yield* folder
        const chunk = bytes("-café ☕-")
        const finished = yield* Effect.scoped(Effect.gen(function*() {
          const writer = yield* loop.fileWriter(join(path, "temporary"))
          yield* writer.write(chunk.subarray(1, -1))
          yield* writer.write(chunk)
          expect(readdirSync(path)).toEqual(["temporary"])
          return yield* writer.finish(join(path, "final"))
        }))
        expect(chunk).toEqual(bytes("-café ☕-"))
        expect(readdirSync(path)).toEqual(["final"])
        expect(readFileSync(join(path, "final"), "utf8")).toBe("café ☕-café ☕-")
        expect(finished.value).toEqual({ size: 20, sha256: sha256("café ☕-café ☕-") })
        expect(Duration.toMillis(finished.eventLoop.blockedFor)).toBeGreaterThan(0)
      }).pipe(Effect.provide(layer)))

    it.scoped("leaves nothing when its scope closes first, also while the loop is asked for other things", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const path = yield* folder
        const { next, url } = yield* upstream
        const scope = yield* Scope.make()
        const writer = yield* Scope.extend(loop.fileWriter(join(path, "a")), scope)
        yield* writer.write(bytes("a"))
        const held = yield* inLine(loop.httpGet(url, "1 minute"))
        const { response } = yield* next
        const behind = yield* inLine(loop.sleep({ times: 1, each: "1 hour" }))
        const writing = yield* inLine(writer.write(bytes("b")))
        yield* Fiber.interrupt(writing)
        const closing = yield* inLine(Scope.close(scope, Exit.void))
        expect(readdirSync(path)).toEqual(["a"])
        response.end()
        // the removal goes before the hour of sleep that was there first
        yield* Fiber.join(closing)
        expect(readdirSync(path)).toEqual([])
        yield* Fiber.join(held)
        yield* Fiber.interrupt(behind)
      }).pipe(Effect.provide(layer)))

    it.scoped("survives the end of its thread, and lets other calls in between", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const path = yield* folder
        const writer = yield* loop.fileWriter(join(path, "temporary"))
        yield* writer.write(bytes("before "))
        const sleeping = yield* inLine(loop.sleep({ times: 1, each: "1 hour" }))
        yield* Fiber.interrupt(sleeping)
        yield* writer.write(bytes("after "))
        expect((yield* loop.sumOfSquares(3)).value).toBe(5n)
        yield* writer.write(bytes("end"))
        const again = yield* inLine(loop.sleep({ times: 1, each: "1 hour" }))
        yield* Fiber.interrupt(again)
        const { value } = yield* writer.finish(join(path, "final"))
        expect(value).toEqual({ size: 16, sha256: sha256("before after end") })
        expect(readFileSync(join(path, "final"), "utf8")).toBe("before after end")
      }).pipe(Effect.provide(layer)))

    it.scoped("forgets a chunk whose caller left while it was written", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const path = yield* folder
        const writer = yield* loop.fileWriter(join(path, "temporary"))
        yield* Fiber.interrupt(yield* inLine(writer.write(bytes("left"))))
        // still at it: the thread was not ended, which would have every open file hashed again
        expect((yield* loop.stats).running).toBe(1)
        yield* writer.write(bytes("on"))
        const { value } = yield* writer.finish(join(path, "final"))
        expect(value).toEqual({ size: 2, sha256: sha256("on") })
        expect(readFileSync(join(path, "final"), "utf8")).toBe("on")
      }).pipe(Effect.provide(layer)))

    it.scoped("fails with the system's code, and keeps off what it did not create", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const path = yield* folder
        writeFileSync(join(path, "taken"), "theirs")
        const taken = yield* Effect.flip(Effect.scoped(loop.fileWriter(join(path, "taken"))))
        expect(taken).toMatchObject({ _tag: "FileCallFailed", code: "EEXIST", path: join(path, "taken") })
        expect(readFileSync(join(path, "taken"), "utf8")).toBe("theirs")
        const unfinished = yield* Effect.flip(Effect.scoped(Effect.gen(function*() {
          const writer = yield* loop.fileWriter(join(path, "temporary"))
          return yield* writer.finish(join(path, "missing", "final"))
        })))
        expect(unfinished).toMatchObject({ _tag: "FileCallFailed", code: "ENOENT" })
        expect(readdirSync(path)).toEqual(["taken"])
      }).pipe(Effect.provide(layer)))
  })
})
