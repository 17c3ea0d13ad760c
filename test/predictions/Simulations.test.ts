import { expect, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { SimulationPool } from "../../src/predictions/SimulationPool.ts"
import { Simulations } from "../../src/predictions/Simulations.ts"
import { Scenario } from "../../src/simulation/Scenario.ts"
import { steady } from "../support/predictions.ts"

const layer = Simulations.layer.pipe(
  Layer.provide(SimulationPool.layer),
  Layer.provide(AppConfig.layerWith({ simulationMaxRequests: 500 }))
)

it.scopedLive("refuses a run once it has more requests than allowed, where nobody could know before", () =>
  Effect.gen(function*() {
    const { requests: _, ...endless } = steady
    const arrivals = { kind: "closed", clients: 10, think: { kind: "constant", value: "0 millis" } }
    const scenario = yield* Schema.decodeUnknown(Scenario)({ ...endless, arrivals, duration: "1 hour" })
    const { run } = yield* Simulations
    expect(yield* Effect.flip(run(scenario, 1))).toMatchObject({
      _tag: "InvalidInput",
      errors: [{ loc: ["body", "duration"], msg: { en: "gives more than 500 simulated requests" } }]
    })
  }).pipe(Effect.provide(layer)))
