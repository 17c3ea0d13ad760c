import { HttpApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { BasicsApi } from "../../src/basics/Api.ts"
import { Basics } from "../../src/basics/Basics.ts"
import { handlers } from "../../src/basics/Http.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { asker } from "../support/ask.ts"
import { endsAt } from "../support/endsAt.ts"
import { modelledLoop } from "../support/modelledLoop.ts"

const layer = Basics.layer.pipe(
  Layer.provide(modelledLoop),
  Layer.provideMerge(Layer.merge(Lifecycle.layer, AppConfig.layerWith({})))
)

const asking = Effect.flatMap(handlers, (basics) => asker(HttpApi.make("test").add(BasicsApi), { basics }))

const eventLoop = { blockedFor: 3, missedHeartbeats: 0 }
const results = ["Tâche 1 terminée", "Tâche 2 terminée", "Tâche 3 terminée"]

describe("GET", () => {
  it.effect.each(
    [
      ["/sync-slow", "3 seconds", { message: "Traitement sync terminé", eventLoop }],
      ["/async-slow", "3 seconds", { message: "Traitement async terminé" }],
      ["/sync-multiple/", "3 seconds", { results, duration: "3 secondes", eventLoop }],
      ["/async-multiple/", "1 second", { results, duration: "1 seconde" }]
    ] as const
  )("%s", ([path, boundary, body]) =>
    Effect.gen(function*() {
      const ask = yield* asking
      expect(yield* endsAt(ask(path), boundary)).toMatchObject({ status: 200, body })
    }).pipe(Effect.provide(layer)))

  it.effect("in English", () =>
    Effect.gen(function*() {
      const ask = yield* asking
      expect(yield* endsAt(ask("/async-slow", "en"), "3 seconds")).toMatchObject({
        body: { message: "Async processing done" }
      })
    }).pipe(Effect.provide(layer)))
})
