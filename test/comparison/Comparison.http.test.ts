import { HttpApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { ComparisonApi } from "../../src/comparison/Api.ts"
import { Comparison } from "../../src/comparison/Comparison.ts"
import { handlers } from "../../src/comparison/Http.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { BlockingLoop } from "../../src/platform/workers/blocking/BlockingLoop.ts"
import { asker } from "../support/ask.ts"
import { endsAt } from "../support/endsAt.ts"
import { modelledLoop } from "../support/modelledLoop.ts"

const results = ["Task 0 done", "Task 1 done", "Task 2 done", "Task 3 done", "Task 4 done"]

const platform = Layer.merge(
  Lifecycle.layer,
  AppConfig.layerWith({ comparisonTaskDuration: Duration.millis(500) })
)
const inVirtualTime = Comparison.layer.pipe(Layer.provide(modelledLoop), Layer.provideMerge(platform))

describe("Comparison", () => {
  it.effect("five asynchronous tasks take the time of one", () =>
    Effect.gen(function*() {
      const { asynchronous } = yield* Comparison
      expect(yield* endsAt(asynchronous, "500 millis")).toEqual({ results, duration: "0.50s", type: "asynchronous" })
    }).pipe(Effect.provide(inVirtualTime)))

  it.effect("five synchronous tasks take five times as long", () =>
    Effect.gen(function*() {
      const { synchronous } = yield* Comparison
      expect(yield* endsAt(synchronous, "2500 millis")).toEqual({ results, duration: "2.50s", type: "synchronous" })
    }).pipe(Effect.provide(inVirtualTime)))

  it.effect("a synchronous run includes its wait for another one", () =>
    Effect.gen(function*() {
      const { synchronous } = yield* Comparison
      const both = Effect.all([synchronous, synchronous], { concurrency: 2 })
      expect((yield* endsAt(both, "5 seconds")).map(({ duration }) => duration)).toEqual(["2.50s", "5.00s"])
    }).pipe(Effect.provide(inVirtualTime)))

  it.effect("answers over HTTP as measured", () =>
    Effect.gen(function*() {
      const ask = yield* asker(HttpApi.make("test").add(ComparisonApi), { comparison: yield* handlers })
      expect(yield* endsAt(ask("/perf-test-sync/"), "2500 millis")).toMatchObject({
        status: 200,
        body: { results, duration: "2.50s", type: "synchronous" }
      })
      expect(yield* endsAt(ask("/perf-test-async/"), "500 millis")).toMatchObject({
        status: 200,
        body: { results, duration: "0.50s", type: "asynchronous" }
      })
    }).pipe(Effect.provide(inVirtualTime)))

  it.live("the synchronous tasks really block the sacrificial loop, and no other call comes between them", () =>
    Effect.gen(function*() {
      const { synchronous } = yield* Comparison
      const loop = yield* BlockingLoop
      const ended: Array<string> = []
      const run = Effect.tap(synchronous, ({ type }) => Effect.sync(() => ended.push(type)))
      const other = Effect.tap(loop.sleep({ times: 1, each: 0 }), () => Effect.sync(() => ended.push("other")))
      const [answer] = yield* Effect.all([run, other], { concurrency: 2 })
      expect(answer.results).toEqual(results)
      expect(answer.duration).toMatch(/^\d+\.\d{2}s$/)
      expect(ended).toEqual(["synchronous", "other"])
    }).pipe(Effect.provide(
      Comparison.layer.pipe(
        Layer.provideMerge(BlockingLoop.layer),
        Layer.provide(AppConfig.layerWith({ comparisonTaskDuration: Duration.millis(5) }))
      )
    )))
})
