import { Effect, Layer } from "effect"
import * as Cafe from "../../src/basics/Cafe.ts"
import * as Demo from "./stage/Demo.ts"
import { Stage } from "./stage/Stage.ts"

export const cafe = Demo.make({
  name: "cafe",
  shows: [
    "One barista, two coffees of five minutes: one customer after the other, or both coffees at once.",
    "Live, a minute in the café is a second."
  ],
  needs: "clock",
  pace: 60,
  operations: ["Cafe.prepare"],
  services: Layer.empty,
  program: Effect.gen(function*() {
    const { part } = yield* Stage
    yield* part("synchronous", Cafe.synchronous)
    yield* part("asynchronous", Cafe.asynchronous)
  })
})
