import { describe, expect, it } from "@effect/vitest"
import { Clock, Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Option, Scope } from "effect"
import { AppConfig } from "../../../src/AppConfig.ts"
import * as EmbeddedUpstream from "../../../src/platform/upstream/EmbeddedUpstream.ts"
import { Upstream } from "../../../src/platform/upstream/Upstream.ts"
import { turn } from "../../support/turn.ts"

/** A clock whose sleeps never end by themselves; it reports when a sleep begins and when it is interrupted. */
const frozen = Effect.gen(function*() {
  const clock = Clock.make()
  const asleep = yield* Deferred.make<Duration.Duration>()
  const interrupted = yield* Deferred.make<void>()
  clock.sleep = (duration) =>
    Deferred.succeed(asleep, duration).pipe(
      Effect.zipRight(Effect.never),
      Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
    )
  return { clock, asleep, interrupted }
})

const config = AppConfig.layerWith({ upstreamUrl: Option.none() })
const upstream = Layer.provide(Upstream.layer, config)

/** The client of an embedded upstream in another scope. */
const clientOf = (url: URL) =>
  Effect.map(Layer.build(Layer.provide(Upstream.layerHttp(url), config)), Context.get(Upstream))

const headers = expect.objectContaining({ Accept: "application/json", Traceparent: expect.any(String) })

describe("EmbeddedUpstream", () => {
  it.live("answers /get and /delay in httpbin's shape", () =>
    Effect.gen(function*() {
      const { get, url } = yield* Upstream
      expect(url.hostname).toBe("127.0.0.1")
      expect((yield* get("/get?b=2&a=1&a=3&c")).value).toEqual({
        args: { a: ["1", "3"], b: "2", c: "" },
        headers,
        origin: "127.0.0.1",
        url: `${url.href}get?b=2&a=1&a=3&c`
      })
      expect((yield* get("/delay/0.001")).value).toEqual({
        args: {},
        data: "",
        files: {},
        form: {},
        headers,
        origin: "127.0.0.1",
        url: `${url.href}delay/0.001`
      })
    }).pipe(Effect.provide(upstream)))

  it.live("answers /status with an empty body", () =>
    Effect.gen(function*() {
      const { get } = yield* Upstream
      const asked = yield* Effect.forEach(
        [
          "/status/500",
          "/status/404",
          "/status/301",
          "/status/abc",
          "/delay/abc",
          "/nothing",
          "/get/",
          "/delay/",
          "/status/200"
        ] as const,
        (path) => Effect.flip(get(path)),
        { concurrency: 1 }
      )
      expect(asked.map(({ code, reason, transient, upstream_status }) => [reason, upstream_status ?? code, transient]))
        .toEqual([
          ["status", 500, true],
          ["status", 404, false],
          ["status", 301, false],
          ["status", 400, false],
          ["status", 500, true],
          ["status", 404, false],
          ["status", 404, false],
          ["status", 404, false],
          ["body", "not-json", false]
        ])
    }).pipe(Effect.provide(upstream)))

  it.scopedLive("caps a delay at 10 seconds, and interrupts it when the client leaves", () =>
    Effect.gen(function*() {
      const { asleep, clock, interrupted } = yield* frozen
      const { url } = yield* Effect.withClock(EmbeddedUpstream.start, clock)
      const { get } = yield* clientOf(url)
      const call = yield* Effect.fork(get("/delay/99"))
      expect(yield* Deferred.await(asleep)).toEqual(Duration.seconds(10))
      expect(yield* Deferred.isDone(interrupted)).toBe(false)
      yield* Fiber.interrupt(call)
      yield* Deferred.await(interrupted)
    }))

  it.scopedLive("counts the calls that arrive, and the most at once", () =>
    Effect.gen(function*() {
      const { clock } = yield* frozen
      const { url, usage } = yield* Effect.withClock(EmbeddedUpstream.start, clock)
      const { get } = yield* clientOf(url)
      yield* Effect.fork(get("/delay/5"))
      yield* Effect.fork(get("/delay/6"))
      yield* Effect.repeat(turn, { until: () => usage.calls === 2 })
      expect(usage).toMatchObject({ calls: 2, mostAtOnce: 2 })
    }))

  it.scopedLive("stops at once, whatever calls still wait", () =>
    Effect.gen(function*() {
      const { asleep, clock, interrupted } = yield* frozen
      const scope = yield* Scope.make()
      const { url } = yield* Scope.extend(Effect.withClock(EmbeddedUpstream.start, clock), scope)
      const { get } = yield* clientOf(url)
      const call = yield* Effect.fork(Effect.flip(get("/delay/5")))
      yield* Deferred.await(asleep)
      yield* Scope.close(scope, Exit.void)
      expect(yield* Fiber.join(call)).toMatchObject({ reason: "connection", transient: true })
      yield* Deferred.await(interrupted)
    }))
})
