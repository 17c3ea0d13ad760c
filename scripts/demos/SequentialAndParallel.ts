import { Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { Basics } from "../../src/basics/Basics.ts"
import * as Demo from "./stage/Demo.ts"
import * as DemoLoop from "./stage/DemoLoop.ts"
import { Stage } from "./stage/Stage.ts"

export const sequentialAndParallel = Demo.make({
  name: "sequential-and-parallel",
  shows: [
    "The same operation of three seconds twice, one after the other and at once: six seconds or three.",
    "The operation only waits and blocks nothing; only the composition differs."
  ],
  needs: "clock",
  operations: ["Basics.asyncSlow"],
  services: Basics.layer.pipe(Layer.provide(DemoLoop.layer), Layer.provide(AppConfig.layer)),
  program: Effect.gen(function*() {
    const { part } = yield* Stage
    const { asyncSlow } = yield* Basics
    yield* part("sequential", Effect.all([asyncSlow, asyncSlow], { concurrency: 1 }))
    yield* part("parallel", Effect.all([asyncSlow, asyncSlow], { concurrency: 2 }))
  })
})
