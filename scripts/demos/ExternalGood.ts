import { Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { ExternalCalls } from "../../src/external/ExternalCalls.ts"
import { Policies } from "../../src/policy/Policies.ts"
import * as Demo from "./stage/Demo.ts"
import * as DemoLoop from "./stage/DemoLoop.ts"
import * as DemoUpstream from "./stage/DemoUpstream.ts"
import { Stage } from "./stage/Stage.ts"

export const externalGood = Demo.make({
  name: "external-good",
  shows: [
    "Asynchronous calls to an upstream that takes its time: one of two seconds, then three of one second at once.",
    "Three calls take as long as one."
  ],
  needs: "clock",
  operations: ["Upstream.get"],
  services: ExternalCalls.layer.pipe(
    Layer.provide([DemoUpstream.layer, DemoLoop.layer, Policies.layer]),
    Layer.provide(AppConfig.layer)
  ),
  program: Effect.gen(function*() {
    const { part } = yield* Stage
    const { parallel, single } = yield* ExternalCalls
    yield* part("one call", single)
    yield* part("three calls", parallel)
  })
})
