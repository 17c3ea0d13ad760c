// Kept from a recording: retry, in virtual time.
// The upstream answers as it did then. A red line tells where the product no longer does what it did.
import { Policies } from "#src/policy/Policies.ts"
import { Resilience } from "#src/resilience/Resilience.ts"
import { recordedUpstream, replay } from "#test/support/replay.ts"
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"

const services = Resilience.layer.pipe(Layer.provide([
  recordedUpstream([
    { path: "/status/500", after: 0, status: 500 },
    { path: "/status/500", after: 0, status: 500 },
    { path: "/status/500", after: 0, status: 500 },
    { path: "/status/500", after: 0, status: 500 },
    { path: "/status/500", after: 0, status: 500 },
    { path: "/get", after: 0 }
  ]),
  Policies.layer
]))

it.effect("Resilience.unreliable as recorded", () =>
  Effect.gen(function*() {
    const resilience = yield* Resilience
    const { duration, moments } = yield* replay([
      [0, resilience.unreliable()],
      [3000, resilience.unreliable(3)]
    ])
    expect(moments).toEqual([
      [0, "Resilience.unreliable begins"],
      [0, "Upstream.get /status/500 begins"],
      [0, "Upstream.get /status/500 fails (500)"],
      [0, "attempt 1"],
      [0, "pause of 1000 ms"],
      [1000, "Upstream.get /status/500 begins"],
      [1000, "Upstream.get /status/500 fails (500)"],
      [1000, "attempt 2"],
      [1000, "pause of 2000 ms"],
      [3000, "Resilience.unreliable begins"],
      [3000, "Resilience.unreliable fails"],
      [3000, "Upstream.get /status/500 begins"],
      [3000, "Upstream.get /status/500 begins"],
      [3000, "Upstream.get /status/500 fails (500)"],
      [3000, "Upstream.get /status/500 fails (500)"],
      [3000, "attempt 1"],
      [3000, "attempt 3"],
      [3000, "pause of 1000 ms"],
      [4000, "Upstream.get /status/500 begins"],
      [4000, "Upstream.get /status/500 fails (500)"],
      [4000, "attempt 2"],
      [4000, "pause of 2000 ms"],
      [6000, "Resilience.unreliable ends"],
      [6000, "Upstream.get /get begins"],
      [6000, "Upstream.get /get ends"],
      [6000, "attempt 3"]
    ])
    expect(duration).toBe(6000)
  }).pipe(Effect.provide(services)))
