import { HttpApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, TestClock } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { ExternalApi } from "../../src/external/Api.ts"
import { ExternalCalls } from "../../src/external/ExternalCalls.ts"
import { handlers } from "../../src/external/Http.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import * as ModelledUpstream from "../../src/platform/upstream/ModelledUpstream.ts"
import { Upstream } from "../../src/platform/upstream/Upstream.ts"
import { UpstreamFailed } from "../../src/platform/upstream/UpstreamFailed.ts"
import { BlockingLoop } from "../../src/platform/workers/blocking/BlockingLoop.ts"
import { Policies } from "../../src/policy/Policies.ts"
import { asker } from "../support/ask.ts"

const appOn = (upstream: Layer.Layer<Upstream>) =>
  ExternalCalls.layer.pipe(
    Layer.provide([upstream, Policies.layerWith({}), Layer.mock(BlockingLoop, {})]),
    Layer.provideMerge(Lifecycle.layer),
    Layer.provideMerge(AppConfig.layerWith({}))
  )

const app = Effect.flatMap(handlers, (external) => asker(HttpApi.make("test").add(ExternalApi), { external }))

describe("/safe-parallel-calls", () => {
  it.scoped("answers one result a call, in English on request", () =>
    Effect.gen(function*() {
      const ask = yield* app
      const answer = yield* Effect.fork(ask("/safe-parallel-calls/", "en"))
      yield* TestClock.adjust("5 seconds")
      const base = "http://upstream.invalid"
      expect(yield* Fiber.join(answer)).toMatchObject({
        status: 200,
        body: {
          results: [
            { url: `${base}/delay/1`, status: "success", data: { url: `${base}/delay/1` } },
            { url: `${base}/status/500`, status: "error", data: `${base}/status/500 answered 500.` },
            { url: `${base}/delay/10`, status: "timeout", data: null }
          ]
        }
      })
    }).pipe(Effect.provide(appOn(ModelledUpstream.layer()))))
})

describe("/parallel-external-calls", () => {
  it.scoped("answers a problem if the upstream fails, never a 500", () => {
    const url = new URL("http://down.invalid")
    const down = Layer.succeed(Upstream, { url, get: () => UpstreamFailed.connection(url, "ECONNREFUSED") })
    return Effect.gen(function*() {
      const answer = yield* Effect.flatMap(app, (ask) => ask("/parallel-external-calls"))
      expect(answer.headers.get("content-type")).toBe("application/problem+json")
      expect(answer).toMatchObject({
        status: 502,
        body: {
          status: 502,
          detail: "http://down.invalid/ est injoignable (ECONNREFUSED).",
          url: "http://down.invalid/",
          reason: "connection"
        }
      })
    }).pipe(Effect.provide(appOn(down)))
  })

  it.scoped("answers a 504 if it is too slow", () =>
    Effect.gen(function*() {
      const ask = yield* app
      const answer = yield* Effect.fork(ask("/parallel-external-calls"))
      yield* TestClock.adjust("5 seconds")
      expect(yield* Fiber.join(answer)).toMatchObject({ status: 504, body: { after: 5 } })
    }).pipe(Effect.provide(appOn(ModelledUpstream.layer({ latency: "10 seconds" })))))
})
