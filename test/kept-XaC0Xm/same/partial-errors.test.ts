// Kept from a recording: partial-errors, in virtual time.
// The upstream answers as it did then. A red line tells where the product no longer does what it did.
import { AppConfig } from "#src/AppConfig.ts"
import { Outcomes } from "#src/outcomes/Outcomes.ts"
import { replay } from "#test/support/replay.ts"
import { expect, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"

const services = Outcomes.layer.pipe(Layer.provide([
  AppConfig.layerWith({ riskyTaskDuration: Duration.millis(100) })
]))

it.effect("Outcomes.collect as recorded", () =>
  Effect.gen(function*() {
    const outcomes = yield* Outcomes
    const { duration, moments } = yield* replay([
      [0, outcomes.collect]
    ])
    expect(moments).toEqual([
      [0, "Outcomes.collect begins"],
      [0, "Outcomes.risky begins"],
      [0, "Outcomes.risky begins"],
      [0, "Outcomes.risky begins"],
      [0, "Outcomes.risky begins"],
      [0, "Outcomes.risky begins"],
      [100, "Outcomes.collect ends"],
      [100, "Outcomes.risky ends"],
      [100, "Outcomes.risky ends"],
      [100, "Outcomes.risky ends"],
      [100, "Outcomes.risky ends"],
      [100, "Outcomes.risky fails"]
    ])
    expect(duration).toBe(100)
  }).pipe(Effect.provide(services)))
