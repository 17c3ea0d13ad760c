// Kept from a recording: external-safe, in virtual time.
// The upstream answers as it did then. A red line tells where the product no longer does what it did.
import { ExternalCalls } from "#src/external/ExternalCalls.ts"
import { Policies } from "#src/policy/Policies.ts"
import { modelledLoop } from "#test/support/modelledLoop.ts"
import { recordedUpstream, replay } from "#test/support/replay.ts"
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"

const services = ExternalCalls.layer.pipe(Layer.provide([
  recordedUpstream([
    { path: "/delay/1", after: 1000 },
    { path: "/status/500", after: 0, status: 500 },
    { path: "/delay/10" }
  ]),
  Policies.layer,
  modelledLoop
]))

it.effect("ExternalCalls.safe as recorded", () =>
  Effect.gen(function*() {
    const externalCalls = yield* ExternalCalls
    const { duration, moments } = yield* replay([
      [0, externalCalls.safe]
    ])
    expect(moments).toEqual([
      [0, "ExternalCalls.safe begins"],
      [0, "Upstream.get /delay/1 begins"],
      [0, "Upstream.get /delay/10 begins"],
      [0, "Upstream.get /status/500 begins"],
      [0, "Upstream.get /status/500 fails (500)"],
      [0, "attempt 1"],
      [0, "attempt 1"],
      [0, "attempt 1"],
      [1000, "Upstream.get /delay/1 ends"],
      [5000, "ExternalCalls.safe ends"],
      [5000, "Upstream.get /delay/10 is interrupted: timeout"],
      [5000, "timeout of 5000 ms"]
    ])
    expect(duration).toBe(5000)
  }).pipe(Effect.provide(services)))
