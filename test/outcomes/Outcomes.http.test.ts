import { HttpApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { OutcomesApi } from "../../src/outcomes/Api.ts"
import { handlers } from "../../src/outcomes/Http.ts"
import { Outcomes } from "../../src/outcomes/Outcomes.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { asker } from "../support/ask.ts"
import { endsAt } from "../support/endsAt.ts"

const layer = Outcomes.layer.pipe(Layer.provideMerge(Layer.merge(Lifecycle.layer, AppConfig.layerWith({}))))

const outcomes = {
  successes: [
    { task: 0, result: "Task 0 completed" },
    { task: 1, result: "Task 1 completed" },
    { task: 3, result: "Task 3 completed" },
    { task: 4, result: "Task 4 completed" }
  ],
  errors: [{ task: 2, error: "Task 2 failed" }],
  total_tasks: 5
}

describe("Outcomes", () => {
  it.effect("all five tasks run at once and to their end, in order, though one fails", () =>
    Effect.gen(function*() {
      const { collect } = yield* Outcomes
      expect(yield* endsAt(collect, "100 millis")).toEqual(outcomes)
    }).pipe(Effect.provide(layer)))

  it.effect("GET /error-handling answers 200 with both lists", () =>
    Effect.gen(function*() {
      const ask = yield* asker(HttpApi.make("test").add(OutcomesApi), { outcomes: yield* handlers })
      expect(yield* endsAt(ask("/error-handling/"), "100 millis")).toMatchObject({ status: 200, body: outcomes })
    }).pipe(Effect.provide(layer)))
})
