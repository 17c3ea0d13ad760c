import { HttpApi, OpenApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Option, Ref, TestClock } from "effect"
import { Locale } from "../../src/domain/Text.ts"
import { ExternalApi } from "../../src/external/Api.ts"
import { ExternalCalls } from "../../src/external/ExternalCalls.ts"
import * as ModelledUpstream from "../../src/platform/upstream/ModelledUpstream.ts"
import { Upstream } from "../../src/platform/upstream/Upstream.ts"
import { UpstreamFailed } from "../../src/platform/upstream/UpstreamFailed.ts"
import { BlockingLoop } from "../../src/platform/workers/blocking/BlockingLoop.ts"
import { Policies } from "../../src/policy/Policies.ts"

const callsWith = (upstream: Layer.Layer<Upstream>) =>
  ExternalCalls.layer.pipe(
    Layer.provide([upstream, Policies.layerWith({}), Layer.mock(BlockingLoop, {})])
  )

const modelled = callsWith(ModelledUpstream.layer())

/** Tells whether the fiber has ended, one millisecond before the boundary and at it. */
const around = <A, E>(fiber: Fiber.RuntimeFiber<A, E>, millis: number) =>
  Effect.gen(function*() {
    yield* TestClock.adjust(millis - 1)
    const before = Option.isSome(yield* Fiber.poll(fiber))
    yield* TestClock.adjust(1)
    return { before, exit: yield* Fiber.poll(fiber) }
  })

describe("ExternalCalls", () => {
  it.effect("single answers the upstream's JSON after 2 s", () =>
    Effect.gen(function*() {
      const { single } = yield* ExternalCalls
      const { before, exit } = yield* around(yield* Effect.fork(single), 2000)
      expect(before).toBe(false)
      const answer = expect.objectContaining({ url: "http://upstream.invalid/delay/2" })
      expect(exit).toEqual(Option.some(Exit.succeed(expect.objectContaining({ value: answer }))))
    }).pipe(Effect.provide(modelled)))

  it.effect("single gives up a silent upstream after 5 s, and interrupts its call", () =>
    Effect.gen(function*() {
      const interrupted = yield* Deferred.make<void>()
      const silent = Layer.succeed(Upstream, {
        url: new URL("http://silent.invalid"),
        get: () => Effect.onInterrupt(Effect.never, () => Deferred.succeed(interrupted, undefined))
      })
      const call = yield* ExternalCalls.pipe(
        Effect.flatMap(({ single }) => single),
        Effect.provide(callsWith(silent)),
        Effect.flip,
        Effect.fork
      )
      const { before } = yield* around(call, 5000)
      expect(before).toBe(false)
      expect(yield* Fiber.join(call)).toMatchObject({
        _tag: "TimedOut",
        what: "GET http://silent.invalid/delay/2",
        after: 5
      })
      expect(yield* Deferred.isDone(interrupted)).toBe(true)
    }))

  it.effect("parallel answers three calls after 1 s, not 3", () =>
    Effect.gen(function*() {
      const { parallel } = yield* ExternalCalls
      const call = yield* Effect.fork(parallel)
      const { before } = yield* around(call, 1000)
      expect(before).toBe(false)
      const body = expect.objectContaining({
        value: expect.objectContaining({ url: "http://upstream.invalid/delay/1" })
      })
      expect(yield* Fiber.poll(call)).toEqual(
        Option.some(Exit.succeed({ results: [body, body, body], total_time: "~1 seconde au lieu de 3" }))
      )
    }).pipe(Effect.provide(modelled)))

  it.effect("parallel answers in English on request", () =>
    Effect.gen(function*() {
      const { parallel } = yield* ExternalCalls
      const call = yield* Effect.fork(Effect.provideService(parallel, Locale, "en"))
      yield* TestClock.adjust("1 second")
      expect(yield* Fiber.join(call)).toMatchObject({ total_time: "~1 second instead of 3" })
    }).pipe(Effect.provide(modelled)))

  it.effect("parallel answers the failing call, and interrupts its siblings", () =>
    Effect.gen(function*() {
      const calls = yield* Ref.make(0)
      const interrupted = yield* Ref.make(0)
      const url = new URL("http://flaky.invalid")
      const flaky = Layer.succeed(Upstream, {
        url,
        get: () =>
          Effect.flatMap(Ref.updateAndGet(calls, (count) => count + 1), (number) =>
            number === 2
              ? Effect.delay(UpstreamFailed.status(url, 503), "400 millis")
              : Effect.onInterrupt(Effect.never, () => Ref.update(interrupted, (count) => count + 1)))
      })
      const call = yield* ExternalCalls.pipe(
        Effect.flatMap(({ parallel }) => parallel),
        Effect.provide(callsWith(flaky)),
        Effect.flip,
        Effect.fork
      )
      const { before } = yield* around(call, 400)
      expect(before).toBe(false)
      expect(yield* Fiber.join(call)).toMatchObject({ _tag: "UpstreamFailed", upstream_status: 503 })
      expect(yield* Ref.get(calls)).toBe(3)
      expect(yield* Ref.get(interrupted)).toBe(2)
    }))

  it.effect("safe answers after 5 s a success, a failure and a timeout, in this order", () =>
    Effect.gen(function*() {
      const { safe } = yield* ExternalCalls
      const call = yield* Effect.fork(safe)
      const { before } = yield* around(call, 5000)
      expect(before).toBe(false)
      const first = "http://upstream.invalid/delay/1"
      expect(yield* Fiber.poll(call)).toEqual(Option.some(Exit.succeed({
        results: [
          {
            url: first,
            status: "success",
            data: expect.objectContaining({ value: expect.objectContaining({ url: first }) })
          },
          {
            url: "http://upstream.invalid/status/500",
            status: "error",
            data: "http://upstream.invalid/status/500 a répondu 500."
          },
          { url: "http://upstream.invalid/delay/10", status: "timeout", data: null }
        ]
      })))
    }).pipe(Effect.provide(modelled)))

  it("has a contract that OpenAPI can express", () => {
    const { paths } = OpenApi.fromApi(HttpApi.make("test").add(ExternalApi))
    expect(Object.keys(paths["/parallel-external-calls"]?.get?.responses ?? {})).toEqual(
      expect.arrayContaining(["200", "502", "504"])
    )
  })
})
