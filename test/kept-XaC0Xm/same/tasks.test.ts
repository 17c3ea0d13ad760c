// Kept from a recording: test, on 2026-11-27T11:11:21.389Z, timeline 9.
// The upstream answers as it did then. A red line tells where the product no longer does what it did.
import { AppConfig } from "#src/AppConfig.ts"
import { Basics, TaskCount } from "#src/basics/Basics.ts"
import { modelledLoop } from "#test/support/modelledLoop.ts"
import { replay } from "#test/support/replay.ts"
import { expect, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"

const services = Basics.layer.pipe(Layer.provide([
  modelledLoop,
  Layer.succeed(TaskCount, 5),
  AppConfig.layerWith({ taskDuration: Duration.millis(20) })
]))

it.effect("Basics.asyncMultiple as recorded", () =>
  Effect.gen(function*() {
    const basics = yield* Basics
    const { duration, moments } = yield* replay([
      [0, basics.asyncMultiple]
    ])
    expect(moments).toEqual([
      [0, "Basics.asyncMultiple begins"],
      [0, "Basics.task begins"],
      [0, "Basics.task begins"],
      [0, "Basics.task begins"],
      [0, "Basics.task begins"],
      [0, "Basics.task begins"],
      [20, "Basics.asyncMultiple ends"],
      [20, "Basics.task ends"],
      [20, "Basics.task ends"],
      [20, "Basics.task ends"],
      [20, "Basics.task ends"],
      [20, "Basics.task ends"]
    ])
    expect(duration).toBe(20)
  }).pipe(Effect.provide(services)))
