// Kept from a recording: sequential-and-parallel, in virtual time.
// The upstream answers as it did then. A red line tells where the product no longer does what it did.
import { AppConfig } from "#src/AppConfig.ts"
import { Basics } from "#src/basics/Basics.ts"
import { modelledLoop } from "#test/support/modelledLoop.ts"
import { replay } from "#test/support/replay.ts"
import { expect, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"

const services = Basics.layer.pipe(Layer.provide([
  modelledLoop,
  AppConfig.layerWith({ slowDuration: Duration.millis(3000) })
]))

it.effect("Basics.asyncSlow as recorded", () =>
  Effect.gen(function*() {
    const basics = yield* Basics
    const { duration, moments } = yield* replay([
      [0, basics.asyncSlow],
      [3000, basics.asyncSlow],
      [6000, basics.asyncSlow],
      [6000, basics.asyncSlow]
    ])
    expect(moments).toEqual([
      [0, "Basics.asyncSlow begins"],
      [3000, "Basics.asyncSlow begins"],
      [3000, "Basics.asyncSlow ends"],
      [6000, "Basics.asyncSlow begins"],
      [6000, "Basics.asyncSlow begins"],
      [6000, "Basics.asyncSlow ends"],
      [9000, "Basics.asyncSlow ends"],
      [9000, "Basics.asyncSlow ends"]
    ])
    expect(duration).toBe(9000)
  }).pipe(Effect.provide(services)))
