import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Queue } from "effect"
import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import type { ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { AppConfig } from "../../../../src/AppConfig.ts"
import { BlockingLoop } from "../../../../src/platform/workers/blocking/BlockingLoop.ts"
import { forkToFirstWait } from "../../../support/fibers.ts"
import * as LoopbackServer from "../../../support/LoopbackServer.ts"
import { turns } from "../../../support/turn.ts"

const layer = BlockingLoop.layer.pipe(Layer.provide(AppConfig.layer))

/** An upstream in this thread; the test takes each request and decides whether to answer it. */
const upstream = Effect.gen(function*() {
  const asked = yield* Queue.unbounded<{ readonly response: ServerResponse; readonly gone: Effect.Effect<void> }>()
  const { url } = yield* LoopbackServer.make((_, response) => {
    const closed = new Promise<void>((resolve) => response.once("close", resolve))
    asked.unsafeOffer({ response, gone: Effect.promise(() => closed) })
  })
  return { url, next: Queue.take(asked), size: Queue.size(asked) }
})

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "barista-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const sha256 = (text: string | Buffer) => createHash("sha256").update(text).digest("hex")

describe("BlockingLoop", () => {
  it.effect("measures how long its loop was blocked, and the missed heartbeats", () =>
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

  it.scoped("runs calls in order of arrival while this loop still answers", () =>
    Effect.gen(function*() {
      const loop = yield* BlockingLoop
      const { next, url } = yield* upstream
      const order: Array<bigint> = []
      const held = yield* forkToFirstWait(loop.httpGet(url, "1 minute"))
      const { response } = yield* next
      const sums = yield* Effect.forEach(
        [4, 3, 2],
        (n) => forkToFirstWait(Effect.tap(loop.sumOfSquares(n), ({ value }) => Effect.sync(() => order.push(value)))),
        { concurrency: 1 }
      )
      yield* turns(100)
      expect(order).toEqual([])
      response.end("{}")
      yield* Fiber.join(held)
      yield* Effect.forEach(sums, Fiber.join, { concurrency: 1 })
      expect(order).toEqual([14n, 5n, 1n])
    }).pipe(Effect.provide(layer)))

  it.scoped("admits 64 calls, refuses the next, and still takes accepted work", () =>
    Effect.gen(function*() {
      const loop = yield* BlockingLoop
      const running = yield* forkToFirstWait(loop.sleep({ times: 1, each: "1 hour" }))
      const waiting = yield* Effect.replicateEffect(forkToFirstWait(loop.sumOfSquares(3)), 63)
      expect(yield* loop.stats).toEqual({ waiting: 63, running: 1 })
      const refused = yield* Effect.flip(loop.sumOfSquares(3))
      expect(refused).toMatchObject({ _tag: "Overloaded", retry_after: 1 })
      expect(yield* Effect.flip(loop.check)).toEqual(refused)
      expect(yield* Effect.flip(loop.copyFile("/nowhere", "/nowhere"))).toEqual(refused)
      const accepted = yield* forkToFirstWait(loop.sleepPatiently({ times: 1, each: "1 millis" }))
      yield* Fiber.interrupt(running)
      const values = yield* Effect.forEach(waiting, Fiber.join, { concurrency: 1 })
      expect(values.map(({ value }) => value)).toEqual(Array.from({ length: 63 }, () => 5n))
      expect((yield* Fiber.join(accepted)).value).toBeUndefined()
    }).pipe(Effect.provide(layer)))

  it.scoped("reports the start of each call, and nothing of a call that left before", () =>
    Effect.gen(function*() {
      const loop = yield* BlockingLoop
      const { next, url } = yield* upstream
      const order: Array<string> = []
      const sleep = (name: string) =>
        loop.sleep({ times: 1, each: 1, begun: Effect.sync(() => order.push(`${name} begins`)) }).pipe(
          Effect.tap(() => Effect.sync(() => order.push(`${name} ends`)))
        )
      const held = yield* forkToFirstWait(loop.httpGet(url, "1 minute"))
      const { response } = yield* next
      const first = yield* forkToFirstWait(sleep("first"))
      const left = yield* forkToFirstWait(sleep("left"))
      const second = yield* forkToFirstWait(sleep("second"))
      yield* Fiber.interrupt(left)
      expect(order).toEqual([])
      response.end("{}")
      yield* Fiber.join(held)
      yield* Fiber.joinAll([first, second])
      expect([...order].sort()).toEqual(["first begins", "first ends", "second begins", "second ends"])
      expect(order.indexOf("first begins")).toBeLessThan(order.indexOf("second begins"))
    }).pipe(Effect.provide(layer)))

  it.scoped("drops a waiting call and cuts a running one when their callers leave", () =>
    Effect.gen(function*() {
      const loop = yield* BlockingLoop
      const { next, size, url } = yield* upstream
      const running = yield* forkToFirstWait(loop.httpGet(url, "1 hour"))
      const { gone } = yield* next
      const waiting = yield* forkToFirstWait(loop.httpGet(url, "1 hour"))
      const behind = yield* forkToFirstWait(loop.sumOfSquares(3))
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(running)
      yield* gone
      expect((yield* Fiber.join(behind)).value).toBe(5n)
      expect(yield* size).toBe(0)
    }).pipe(Effect.provide(layer)))

  describe("httpGet", () => {
    it.scoped("returns status and text, and blocks its loop meanwhile", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const { next, url } = yield* upstream
        const call = yield* forkToFirstWait(loop.httpGet(url, "1 minute"))
        const { response } = yield* next
        response.writeHead(418, { "content-type": "application/json" }).end("{\"tea\":\"thé ☕\"}")
        const { body, status } = (yield* Fiber.join(call)).value
        expect({ status, body: Buffer.from(body).toString() }).toEqual({ status: 418, body: "{\"tea\":\"thé ☕\"}" })
        expect((yield* loop.stats).running).toBe(0)
      }).pipe(Effect.provide(layer)))

    // on a busy machine the time may be over before the request arrives, so the upstreams act by themselves
    it.scoped("frees the loop from an upstream that never answers", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const { url } = yield* LoopbackServer.make(() => undefined)
        const failure = yield* Effect.flip(loop.httpGet(url, "100 millis"))
        expect(failure).toMatchObject({ _tag: "HttpGetFailed", kind: "timeout", url: url.href })
        if (failure._tag === "HttpGetFailed") expect(failure.eventLoop.missedHeartbeats).toBeGreaterThanOrEqual(5)
        expect((yield* loop.sumOfSquares(3)).value).toBe(5n)
      }).pipe(Effect.provide(layer)))

    it.scoped("times out an answer that begins and never ends, and closes its connection", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const { sockets, url } = yield* LoopbackServer.make((_, response) => response.write("{"))
        expect(yield* Effect.flip(loop.httpGet(url, "100 millis"))).toMatchObject({ kind: "timeout" })
        for (const socket of sockets) {
          if (!socket.destroyed) {
            yield* Effect.async<void>((resume) => void socket.once("close", () => resume(Effect.void)))
          }
        }
      }).pipe(Effect.provide(layer)))

    it.scoped("names a reset before and within the answer, a refusal, and an answer that is too large", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const { next, url } = yield* upstream
        const failing = (answer: (response: ServerResponse) => void) =>
          Effect.gen(function*() {
            // if it succeeds, the report shows a size rather than a mebibyte
            const size = Effect.map(loop.httpGet(url, "1 minute"), ({ value }) => value.body.length)
            const call = yield* forkToFirstWait(Effect.flip(size))
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

  describe("copyFile", () => {
    it.scoped("copies, hashes and returns the damage", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const path = yield* folder
        const content = Buffer.alloc(2_500_000, "café ☕")
        writeFileSync(join(path, "from"), content)
        writeFileSync(join(path, "empty"), "")
        const copied = yield* loop.copyFile(join(path, "from"), join(path, "to"))
        expect(copied.value).toEqual({ size: content.length, sha256: sha256(content) })
        expect(Duration.toMillis(copied.eventLoop.blockedFor)).toBeGreaterThan(0)
        expect(readFileSync(join(path, "to")).equals(content)).toBe(true)
        const empty = yield* loop.copyFile(join(path, "empty"), join(path, "to nothing"))
        expect(empty.value).toEqual({ size: 0, sha256: sha256("") })
        expect(readdirSync(path).sort()).toEqual(["empty", "from", "to", "to nothing"])
      }).pipe(Effect.provide(layer)))

    it.scoped("fails with the system's code, and overwrites nothing", () =>
      Effect.gen(function*() {
        const loop = yield* BlockingLoop
        const path = yield* folder
        writeFileSync(join(path, "taken"), "theirs")
        const taken = yield* Effect.flip(loop.copyFile(join(path, "taken"), join(path, "taken")))
        expect(taken).toMatchObject({ _tag: "FileCallFailed", code: "EEXIST", path: join(path, "taken") })
        expect(readFileSync(join(path, "taken"), "utf8")).toBe("theirs")
        const missing = yield* Effect.flip(loop.copyFile(join(path, "missing"), join(path, "to")))
        expect(missing).toMatchObject({ _tag: "FileCallFailed", code: "ENOENT" })
        expect(readdirSync(path)).toEqual(["taken"])
      }).pipe(Effect.provide(layer)))
  })
})
