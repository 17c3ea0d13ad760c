// Kept from a recording: test, on 2026-11-27T11:11:21.900Z, timeline 11.
// The upstream answers as it did then. A red line tells where the product no longer does what it did.
import { Resilience } from "#src/resilience/Resilience.ts"
import { recordedPolicies, recordedUpstream, replay } from "#test/support/replay.ts"
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"

const services = Resilience.layer.pipe(Layer.provide([
  recordedUpstream([
    { path: "/status/500", after: 172, status: 500 },
    { path: "/status/500", after: 23, status: 500 },
    { path: "/status/500", after: 119, status: 500 },
    { path: "/get", after: 96 }
  ]),
  recordedPolicies({
    unreliable: {
      attemptTimeout: "3 seconds",
      retry: {
        attempts: 5,
        backoff: {
          kind: "exponential",
          base: "30 millis"
        },
        jitter: "full"
      }
    }
  })
]))

it.effect("Resilience.unreliable as recorded", () =>
  Effect.gen(function*() {
    const resilience = yield* Resilience
    const { duration, moments } = yield* replay([
      [0, resilience.unreliable(4)]
    ], [
      [172, 0.532258064516129],
      [211, 0.8934426229508197],
      [384, 0.21074380165289255]
    ])
    expect(moments).toEqual([
      [0, "Resilience.unreliable begins"],
      [0, "Upstream.get /status/500 begins"],
      [0, "attempt 1"],
      [172, "Upstream.get /status/500 fails (500)"],
      [172, "pause of 16 ms"],
      [188, "Upstream.get /status/500 begins"],
      [188, "attempt 2"],
      [211, "Upstream.get /status/500 fails (500)"],
      [211, "pause of 54 ms"],
      [265, "Upstream.get /status/500 begins"],
      [265, "attempt 3"],
      [384, "Upstream.get /status/500 fails (500)"],
      [384, "pause of 25 ms"],
      [409, "Upstream.get /get begins"],
      [409, "attempt 4"],
      [505, "Resilience.unreliable ends"],
      [505, "Upstream.get /get ends"]
    ])
    expect(duration).toBe(505)
  }).pipe(Effect.provide(services)))
