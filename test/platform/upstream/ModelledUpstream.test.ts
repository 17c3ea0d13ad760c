import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import * as ModelledUpstream from "../../../src/platform/upstream/ModelledUpstream.ts"
import { Upstream } from "../../../src/platform/upstream/Upstream.ts"

describe("ModelledUpstream", () => {
  it.effect("answers a delay after its time plus the latency, not before", () =>
    Effect.gen(function*() {
      const { get, url } = yield* Upstream
      const call = yield* Effect.fork(get("/delay/2?a=b"))
      yield* TestClock.adjust("2099 millis")
      expect(yield* Fiber.poll(call)).toMatchObject({ _tag: "None" })
      yield* TestClock.adjust("1 millis")
      expect((yield* Fiber.join(call)).value).toEqual({
        args: { a: "b" },
        data: "",
        files: {},
        form: {},
        headers: { Host: url.host },
        origin: "127.0.0.1",
        url: `${url.href}delay/2?a=b`
      })
    }).pipe(Effect.provide(ModelledUpstream.layer({ latency: "100 millis" }))))

  it.effect("fails as the real one does", () =>
    Effect.gen(function*() {
      const { get, url } = yield* Upstream
      expect(yield* Effect.flip(get("/status/503"))).toMatchObject({
        _tag: "UpstreamFailed",
        url: `${url.href}status/503`,
        reason: "status",
        upstream_status: 503,
        transient: true
      })
      expect(yield* Effect.flip(get("/status/200"))).toMatchObject({ reason: "body", code: "not-json" })
    }).pipe(Effect.provide(ModelledUpstream.layer())))
})
