import { HttpApi, OpenApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Fiber, Layer, Option, Ref, Schema, TestClock } from "effect"
import { Locale } from "../../src/domain/Text.ts"
import { JsonText } from "../../src/platform/codec/JsonText.ts"
import * as ModelledUpstream from "../../src/platform/upstream/ModelledUpstream.ts"
import { Upstream } from "../../src/platform/upstream/Upstream.ts"
import { UpstreamFailed } from "../../src/platform/upstream/UpstreamFailed.ts"
import { Policies } from "../../src/policy/Policies.ts"
import { AttemptsFailed, ResilienceApi, SucceedOn, Timeout } from "../../src/resilience/Api.ts"
import { Resilience } from "../../src/resilience/Resilience.ts"
import { spanRecorder } from "../support/spans.ts"

const base = new URL("http://upstream.invalid")

/** An upstream that records the time and path of each call. Every path but /get fails with the status. */
const noted = (status: number) =>
  Effect.map(Ref.make<ReadonlyArray<readonly [number, string]>>([]), (asked) => ({
    asked: Ref.get(asked),
    upstream: Layer.succeed(Upstream, {
      url: base,
      get: (path) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => Ref.update(asked, (all) => [...all, [now, path] as const]))
          .pipe(
            Effect.zipRight(
              path === "/get" ? Effect.succeed(new JsonText(`{"got":"${path}"}`)) : UpstreamFailed.status(base, status)
            )
          )
    })
  }))

const resilienceWith = (upstream: Layer.Layer<Upstream>, policies: Parameters<typeof Policies.layerWith>[0] = {}) =>
  Layer.provideMerge(Resilience.layer, Layer.merge(upstream, Policies.layerWith(policies)))

const modelled = resilienceWith(ModelledUpstream.layer())

describe("Resilience.unreliable", () => {
  it.effect("tries at 0, 1 and 3 s, then names the attempts", () =>
    Effect.gen(function*() {
      const { asked, upstream } = yield* noted(500)
      const call = yield* Effect.flatMap(Resilience, ({ unreliable }) => unreliable()).pipe(
        Effect.provide(resilienceWith(upstream)),
        Effect.flip,
        Effect.fork
      )
      yield* TestClock.adjust("2999 millis")
      expect(yield* asked).toEqual([[0, "/status/500"], [1000, "/status/500"]])
      expect(yield* Fiber.poll(call)).toEqual(Option.none())
      yield* TestClock.adjust("1 millis")
      const failure = yield* Fiber.join(call)
      expect(yield* asked).toEqual([[0, "/status/500"], [1000, "/status/500"], [3000, "/status/500"]])
      const error = "http://upstream.invalid/ a répondu 500."
      expect(failure).toMatchObject({
        _tag: "AttemptsFailed",
        attempts: [
          { attempt: 1, error, upstream_status: 500, delay: 1 },
          { attempt: 2, error, upstream_status: 500, delay: 2 },
          { attempt: 3, error, upstream_status: 500, delay: null }
        ]
      })
      expect(yield* Schema.encodeUnknown(AttemptsFailed)(failure)).toMatchObject({ _tag: "AttemptsFailed" })
    }))

  it.effect("never tries a permanent failure again", () =>
    Effect.gen(function*() {
      const { asked, upstream } = yield* noted(404)
      const failure = yield* Effect.flatMap(Resilience, ({ unreliable }) => unreliable()).pipe(
        Effect.provide(resilienceWith(upstream)),
        Effect.flip
      )
      expect(failure).toMatchObject({ _tag: "AttemptsFailed", attempts: [{ upstream_status: 404, delay: null }] })
      yield* TestClock.adjust("1 minute")
      expect(yield* asked).toHaveLength(1)
    }))

  it.effect("recovers at the requested attempt, and fails if the policy gives up before", () =>
    Effect.gen(function*() {
      const { asked, upstream } = yield* noted(500)
      yield* Effect.gen(function*() {
        const { unreliable } = yield* Resilience
        expect((yield* unreliable(1)).value).toEqual({ got: "/get" })
        const second = yield* Effect.fork(unreliable(2))
        const fourth = yield* Effect.fork(Effect.flip(unreliable(4)))
        yield* TestClock.adjust("1 second")
        expect((yield* Fiber.join(second)).value).toEqual({ got: "/get" })
        yield* TestClock.adjust("1 minute")
        expect(yield* Fiber.join(fourth)).toMatchObject({ attempts: [{}, {}, {}] })
      }).pipe(Effect.provide(resilienceWith(upstream)))
      expect((yield* asked).filter(([, path]) => path === "/get")).toEqual([[0, "/get"], [1000, "/get"]])
    }))

  it.effect("distinguishes an attempt without an answer from the timeout of the whole operation", () =>
    Effect.gen(function*() {
      const silent = Layer.succeed(Upstream, { url: base, get: () => Effect.never })
      const call = (policy: "attemptTimeout" | "timeout") =>
        Effect.flatMap(Resilience, ({ unreliable }) => unreliable()).pipe(
          Effect.provide(resilienceWith(silent, { unreliable: { [policy]: Duration.seconds(2) } })),
          Effect.provideService(Locale, "en"),
          Effect.flip,
          Effect.fork
        )
      const attempt = yield* call("attemptTimeout")
      const patience = yield* call("timeout")
      yield* TestClock.adjust("2 seconds")
      expect(yield* Fiber.join(attempt)).toMatchObject({
        _tag: "AttemptsFailed",
        attempts: [{ attempt: 1, error: "No answer within 2 s.", delay: null }]
      })
      expect(yield* Fiber.join(patience)).toMatchObject({ _tag: "TimedOut", after: 2 })
    }))
})

describe("Resilience.withTimeout", () => {
  it.effect("interrupts the operation at the policy's 5 s", () =>
    Effect.gen(function*() {
      const { started, tracer } = yield* spanRecorder
      const status = () => started.find(({ name }) => name === "Resilience.slowOperation")?.status
      const { withTimeout } = yield* Resilience
      const call = yield* Effect.fork(Effect.withTracer(Effect.flip(withTimeout()), tracer))
      yield* TestClock.adjust("4999 millis")
      expect(yield* Fiber.poll(call)).toEqual(Option.none())
      expect(status()).toMatchObject({ _tag: "Started" })
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.join(call)).toMatchObject({
        _tag: "OperationTooSlow",
        error: "Opération trop lente",
        timeout: "5s"
      })
      const ended = status()
      expect(ended?._tag === "Ended" && Exit.isInterrupted(ended.exit)).toBe(true)
    }).pipe(Effect.provide(modelled)))

  it.effect("lets the operation end at 10 s if the timeout is longer", () =>
    Effect.gen(function*() {
      const { withTimeout } = yield* Resilience
      const call = yield* Effect.fork(withTimeout(Duration.seconds(12)))
      yield* TestClock.adjust("9999 millis")
      expect(yield* Fiber.poll(call)).toEqual(Option.none())
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.poll(call)).toEqual(Option.some(Exit.succeed({ result: "Terminé" })))
    }).pipe(Effect.provide(modelled)))

  it.effect("names the requested timeout, in the requested language", () =>
    Effect.gen(function*() {
      const { withTimeout } = yield* Resilience
      const call = yield* Effect.fork(
        Effect.flip(Effect.provideService(withTimeout(Duration.seconds(2.5)), Locale, "en"))
      )
      yield* TestClock.adjust("2500 millis")
      expect(yield* Fiber.join(call)).toMatchObject({ error: "Operation too slow", timeout: "2.5s" })
    }).pipe(Effect.provide(modelled)))
})

describe("ResilienceApi", () => {
  it("takes a timeout of 1 to 30 s and an attempt from 1 to 20, and nothing else", () => {
    const timeouts = [
      "1",
      "12",
      "2.5",
      "30",
      "0",
      "0.999",
      "30.001",
      "31",
      "1e1",
      "-1",
      "",
      " 5",
      "NaN",
      "5s",
      "1.2345"
    ]
    const acceptsTimeout = (timeout: string) => Schema.decodeUnknownEither(Timeout)(timeout)._tag === "Right"
    expect(timeouts.filter(acceptsTimeout)).toEqual(["1", "12", "2.5", "30", "1.2345"])
    const attempts = ["1", "20", "0", "21", "2.5", "x", "", "-1"]
    const acceptsAttempt = (attempt: string) => Schema.decodeUnknownEither(SucceedOn)(attempt)._tag === "Right"
    expect(attempts.filter(acceptsAttempt)).toEqual(["1", "20"])
  })

  it("is a contract that OpenAPI can express", () => {
    const { paths } = OpenApi.fromApi(HttpApi.make("test").add(ResilienceApi))
    expect(Object.keys(paths)).toEqual(["/unreliable", "/with-timeout", "/policies"])
  })
})
