// Kept from a recording: semaphore, in virtual time.
// The upstream answers as it did then. A red line tells where the product no longer does what it did.
import { AppConfig } from "#src/AppConfig.ts"
import { Batch } from "#src/batch/Batch.ts"
import { Policies } from "#src/policy/Policies.ts"
import { replay } from "#test/support/replay.ts"
import { expect, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"

const services = Batch.layer.pipe(Layer.provide([
  Policies.layer,
  AppConfig.layerWith({ batchItemDuration: Duration.millis(1000) })
]))

it.effect("Batch.run as recorded", () =>
  Effect.gen(function*() {
    const batch = yield* Batch
    const { duration, moments } = yield* replay([
      [0, batch.process(Array.from({ length: 9 }, String), 3)],
      [0, batch.process(Array.from({ length: 1 }, String), 3)]
    ])
    expect(moments).toEqual([
      [0, "Batch.processItem begins"],
      [0, "Batch.processItem begins"],
      [0, "Batch.processItem begins"],
      [0, "Batch.run begins"],
      [0, "Batch.run begins"],
      [0, "attempt 1"],
      [0, "attempt 1"],
      [0, "attempt 1"],
      [1000, "Batch.processItem begins"],
      [1000, "Batch.processItem begins"],
      [1000, "Batch.processItem begins"],
      [1000, "Batch.processItem ends"],
      [1000, "Batch.processItem ends"],
      [1000, "Batch.processItem ends"],
      [1000, "attempt 1"],
      [1000, "attempt 1"],
      [1000, "attempt 1"],
      [2000, "Batch.processItem begins"],
      [2000, "Batch.processItem begins"],
      [2000, "Batch.processItem begins"],
      [2000, "Batch.processItem ends"],
      [2000, "Batch.processItem ends"],
      [2000, "Batch.processItem ends"],
      [2000, "Batch.run ends"],
      [2000, "attempt 1"],
      [2000, "attempt 1"],
      [2000, "attempt 1"],
      [3000, "Batch.processItem begins"],
      [3000, "Batch.processItem ends"],
      [3000, "Batch.processItem ends"],
      [3000, "Batch.processItem ends"],
      [3000, "attempt 1"],
      [4000, "Batch.processItem ends"],
      [4000, "Batch.run ends"]
    ])
    expect(duration).toBe(4000)
  }).pipe(Effect.provide(services)))
