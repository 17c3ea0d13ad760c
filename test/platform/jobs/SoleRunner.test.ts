import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as SoleRunner from "../../../src/platform/jobs/engine/soleRunner.ts"
import { describePostgres, layerOf, migrated } from "../../support/postgres.ts"

describePostgres("a second server on the same PostgreSQL database", () => {
  it.scopedLive("is refused while the first runs, and starts once that one has ended", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const server = Layer.build(SoleRunner.layer.pipe(Layer.provide(layerOf(url))))
      yield* Effect.scoped(Effect.gen(function*() {
        yield* server
        expect(String(yield* Effect.flip(Effect.scoped(server)))).toContain("another server is running")
      }))
      yield* Effect.scoped(server)
    }), 60_000)
})
