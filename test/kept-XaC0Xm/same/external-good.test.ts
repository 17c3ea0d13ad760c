// Kept from a recording: external-good, in virtual time.
// The upstream answers as it did then. A red line tells where the product no longer does what it did.
import { ExternalCalls } from "#src/external/ExternalCalls.ts"
import { Policies } from "#src/policy/Policies.ts"
import { modelledLoop } from "#test/support/modelledLoop.ts"
import { recordedUpstream, replay } from "#test/support/replay.ts"
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"

const services = ExternalCalls.layer.pipe(Layer.provide([
  recordedUpstream([
    { path: "/delay/2", after: 2000 },
    { path: "/delay/1", after: 1000 },
    { path: "/delay/1", after: 1000 },
    { path: "/delay/1", after: 1000 }
  ]),
  Policies.layer,
  modelledLoop
]))

it.effect("ExternalCalls.single, ExternalCalls.parallel as recorded", () =>
  Effect.gen(function*() {
    const externalCalls = yield* ExternalCalls
    const { duration, moments } = yield* replay([
      [0, externalCalls.single],
      [2000, externalCalls.parallel]
    ])
    expect(moments).toEqual([
      [0, "ExternalCalls.single begins"],
      [0, "Upstream.get /delay/2 begins"],
      [0, "attempt 1"],
      [2000, "ExternalCalls.parallel begins"],
      [2000, "ExternalCalls.single ends"],
      [2000, "Upstream.get /delay/1 begins"],
      [2000, "Upstream.get /delay/1 begins"],
      [2000, "Upstream.get /delay/1 begins"],
      [2000, "Upstream.get /delay/2 ends"],
      [2000, "attempt 1"],
      [2000, "attempt 1"],
      [2000, "attempt 1"],
      [3000, "ExternalCalls.parallel ends"],
      [3000, "Upstream.get /delay/1 ends"],
      [3000, "Upstream.get /delay/1 ends"],
      [3000, "Upstream.get /delay/1 ends"]
    ])
    expect(duration).toBe(3000)
  }).pipe(Effect.provide(services)))
