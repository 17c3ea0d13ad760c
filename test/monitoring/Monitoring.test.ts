import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Logger, Metric, Option, Scope, TestClock } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { measured, monitored, operationDuration } from "../../src/monitoring/measured.ts"
import { Monitoring } from "../../src/monitoring/Monitoring.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { endsAt } from "../support/endsAt.ts"
import { logLines } from "../support/logLines.ts"
import { turn } from "../support/turn.ts"

const layer = Monitoring.layer.pipe(Layer.provide(Lifecycle.layer), Layer.provide(AppConfig.layerWith({})))

const recorded = (name: string) =>
  Effect.map(Metric.value(Metric.tagged(operationDuration, "operation", name)), ({ count, sum }) => ({ count, sum }))

describe("Monitoring", () => {
  it.effect("monitored answers after 1 s and logs its duration", () =>
    Effect.gen(function*() {
      const monitoring = yield* Monitoring
      const { layer, texts } = yield* logLines
      const before = yield* recorded("monitored_endpoint")
      const fiber = yield* Effect.fork(Effect.provide(monitoring.monitored, layer))
      yield* TestClock.adjust("999 millis")
      expect(Option.isNone(yield* Fiber.poll(fiber))).toBe(true)
      expect(texts()).toEqual([])
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.poll(fiber)).toEqual(Option.some(Exit.succeed({ data: "some result" })))
      yield* turn
      expect(texts()).toEqual(["monitored_endpoint completed in 1.00s"])
      const after = yield* recorded("monitored_endpoint")
      expect(after.count - before.count).toBe(1)
      // a sum of doubles, to which other tests of the process have added fractions
      expect(after.sum - before.sum).toBeCloseTo(1000, 6)
    }).pipe(Effect.provide(layer)))

  it.effect("measured answers after 0.5 s, its duration logged", () =>
    Effect.gen(function*() {
      const monitoring = yield* Monitoring
      const { layer, texts } = yield* logLines
      const answer = yield* endsAt(Effect.provide(monitoring.measured, layer), "500 millis")
      expect(answer).toEqual({ message: "Measured operation" })
      expect(texts()).toEqual(["measured_endpoint took 0.500 seconds"])
    }).pipe(Effect.provide(layer)))
})

describe("measured", () => {
  it.effect("logs and records a failure and an interruption too", () =>
    Effect.gen(function*() {
      const { layer, texts } = yield* logLines
      const broken = Effect.zipRight(Effect.sleep("250 millis"), Effect.fail("broken"))
      const failure = yield* endsAt(Effect.flip(Effect.provide(measured("failing")(broken), layer)), "250 millis")
      expect(failure).toBe("broken")
      expect(texts()).toEqual(["failing took 0.250 seconds"])

      const fiber = yield* Effect.fork(Effect.provide(measured("interrupted")(Effect.sleep("1 hour")), layer))
      yield* TestClock.adjust("1234 millis")
      yield* Fiber.interrupt(fiber)
      expect(texts()).toEqual(["failing took 0.250 seconds", "interrupted took 1.234 seconds"])
      expect(yield* recorded("failing")).toEqual({ count: 1, sum: 250 })
      expect(yield* recorded("interrupted")).toEqual({ count: 1, sum: 1234 })
    }))
})

describe("monitored", () => {
  it.effect("writes its line after the answer, and even if the scope closes at once", () =>
    Effect.gen(function*() {
      const events: Array<string> = []
      const logger = Logger.add(Logger.make(({ message }) => {
        events.push(String(message))
      }))
      const scope = yield* Scope.make()
      yield* monitored("quick", scope)(Effect.void).pipe(
        Effect.tap(() => Effect.sync(() => events.push("answered"))),
        Effect.zipRight(Scope.close(scope, Exit.void)),
        Effect.provide(logger)
      )
      expect(events).toEqual(["answered", "quick completed in 0.00s"])
    }))

  it.effect("writes no line for an operation that failed", () =>
    Effect.gen(function*() {
      const { layer, texts } = yield* logLines
      const failing = Effect.flatMap(Effect.scope, (scope) => monitored("failed", scope)(Effect.fail("broken")))
      expect(yield* Effect.flip(Effect.scoped(failing)).pipe(Effect.provide(layer))).toBe("broken")
      expect(texts()).toEqual([])
    }))
})
