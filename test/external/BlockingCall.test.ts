import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import type { ServerResponse } from "node:http"
import { gzipSync } from "node:zlib"
import { AppConfig } from "../../src/AppConfig.ts"
import { ExternalCalls } from "../../src/external/ExternalCalls.ts"
import { Upstream } from "../../src/platform/upstream/Upstream.ts"
import { BlockingLoop } from "../../src/platform/workers/blocking/BlockingLoop.ts"
import { Policies } from "../../src/policy/Policies.ts"
import * as LoopbackServer from "../support/LoopbackServer.ts"

/** Makes the blocking call on the real sacrificial loop, against an upstream with the listener's behaviour. */
const blockingCall = (listener: Parameters<typeof LoopbackServer.make>[0]) =>
  Effect.gen(function*() {
    const { url } = yield* LoopbackServer.make(listener)
    const config = AppConfig.layerWith({})
    const calls = ExternalCalls.layer.pipe(
      Layer.provide([
        Layer.provide(Upstream.layerHttp(url), config),
        Layer.provide(BlockingLoop.layer, config),
        Policies.layerWith({ "blocking-call": { timeout: Duration.millis(300) } })
      ])
    )
    return yield* Effect.provide(Effect.flatMap(ExternalCalls, ({ blocking }) => blocking), calls)
  })

describe("ExternalCalls.blocking", () => {
  it.scopedLive("answers the upstream's JSON of /delay/2", () =>
    Effect.gen(function*() {
      const answer = yield* blockingCall((request, response) => response.end(JSON.stringify({ asked: request.url })))
      expect(answer.value).toEqual({ asked: "/delay/2" })
    }))

  it.scopedLive("decodes an unrequested coding, and keeps every digit", () =>
    Effect.gen(function*() {
      const digits = `{"id": 12345678901234567890}`
      const answer = yield* blockingCall((request, response) => {
        expect(request.headers["accept-encoding"]).toBe("identity")
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(digits))
      })
      expect(answer.text).toBe(digits)
      const cut = (_: unknown, response: ServerResponse) =>
        response.writeHead(200, { "content-encoding": "br" }).end(gzipSync(digits))
      expect(yield* Effect.flip(blockingCall(cut))).toMatchObject({ reason: "body", code: "bad-coding" })
    }))

  it.scopedLive("gives up a silent upstream at the timeout of its policy", () =>
    Effect.gen(function*() {
      expect(yield* Effect.flip(blockingCall(() => {}))).toMatchObject({ _tag: "TimedOut", after: 0.3 })
    }))

  it.scopedLive("fails as the asynchronous call does", () =>
    Effect.gen(function*() {
      const failures = yield* Effect.forEach(
        [
          (_, response) => response.writeHead(500).end(),
          (_, response) => response.end("<html>"),
          (request) => request.socket.resetAndDestroy()
        ] satisfies Array<Parameters<typeof blockingCall>[0]>,
        (listener) => Effect.flip(blockingCall(listener)),
        { concurrency: 1 }
      )
      expect(failures).toMatchObject([
        { _tag: "UpstreamFailed", reason: "status", upstream_status: 500 },
        { _tag: "UpstreamFailed", reason: "body", code: "not-json" },
        { _tag: "UpstreamFailed", reason: "connection" }
      ])
    }))
})
