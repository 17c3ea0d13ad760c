import { Effect } from "effect"
import { ExternalCalls } from "../../src/external/ExternalCalls.ts"
import * as Demo from "./stage/Demo.ts"
import * as DemoExternalCalls from "./stage/DemoExternalCalls.ts"
import { Stage } from "./stage/Stage.ts"

export const externalGood = Demo.make({
  name: "external-good",
  shows: [
    "Asynchronous calls to a slow upstream: one of two seconds, then three of one second at once.",
    "Three calls take as long as one."
  ],
  needs: "clock",
  operations: ["Upstream.get"],
  services: DemoExternalCalls.layer,
  program: Effect.gen(function*() {
    const { part } = yield* Stage
    const { parallel, single } = yield* ExternalCalls
    yield* part("one call", single)
    yield* part("three calls", parallel)
  })
})
