// Kept from a recording: test, on 2026-11-27T11:11:21.454Z, timeline 10.
// The upstream answers as it did then. A red line tells where the product no longer does what it did.
import { CalledPaths, ExternalCalls } from "#src/external/ExternalCalls.ts"
import { Policies } from "#src/policy/Policies.ts"
import { modelledLoop } from "#test/support/modelledLoop.ts"
import { recordedUpstream, replay } from "#test/support/replay.ts"
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"

const services = ExternalCalls.layer.pipe(Layer.provide([
  recordedUpstream([
    { path: "/delay/9" },
    { path: "/status/503", after: 231, status: 503 },
    { path: "/delay/9" }
  ]),
  Policies.layer,
  modelledLoop,
  Layer.succeed(CalledPaths, {
    single: "/delay/2",
    parallel: [
      "/delay/9",
      "/status/503",
      "/delay/9"
    ],
    safe: [
      "/delay/1",
      "/status/500",
      "/delay/10"
    ]
  })
]))

it.effect("ExternalCalls.parallel as recorded", () =>
  Effect.gen(function*() {
    const externalCalls = yield* ExternalCalls
    const { duration, moments } = yield* replay([
      [0, externalCalls.parallel]
    ])
    expect(moments).toEqual([
      [0, "ExternalCalls.parallel begins"],
      [0, "Upstream.get /delay/9 begins"],
      [0, "Upstream.get /delay/9 begins"],
      [0, "Upstream.get /status/503 begins"],
      [0, "attempt 1"],
      [0, "attempt 1"],
      [0, "attempt 1"],
      [231, "ExternalCalls.parallel fails"],
      [231, "Upstream.get /delay/9 is interrupted: sibling failed"],
      [231, "Upstream.get /delay/9 is interrupted: sibling failed"],
      [231, "Upstream.get /status/503 fails (503)"]
    ])
    expect(duration).toBe(231)
  }).pipe(Effect.provide(services)))
