// Kept from a recording: timeout, in virtual time.
// The upstream answers as it did then. A red line tells where the product no longer does what it did.
import { Policies } from "#src/policy/Policies.ts"
import { Resilience } from "#src/resilience/Resilience.ts"
import { recordedUpstream, replay } from "#test/support/replay.ts"
import { expect, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"

const services = Resilience.layer.pipe(Layer.provide([
  recordedUpstream([]),
  Policies.layer
]))

it.effect("Resilience.withTimeout as recorded", () =>
  Effect.gen(function*() {
    const resilience = yield* Resilience
    const { duration, moments } = yield* replay([
      [0, resilience.withTimeout(Duration.millis(5000))],
      [5000, resilience.withTimeout(Duration.millis(12000))]
    ])
    expect(moments).toEqual([
      [0, "Resilience.slowOperation begins"],
      [0, "Resilience.withTimeout begins"],
      [0, "attempt 1"],
      [5000, "Resilience.slowOperation begins"],
      [5000, "Resilience.slowOperation is interrupted: timeout"],
      [5000, "Resilience.withTimeout begins"],
      [5000, "Resilience.withTimeout fails"],
      [5000, "attempt 1"],
      [5000, "timeout of 5000 ms"],
      [15000, "Resilience.slowOperation ends"],
      [15000, "Resilience.withTimeout ends"]
    ])
    expect(duration).toBe(15000)
  }).pipe(Effect.provide(services)))
