import { Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { ExternalCalls } from "../../src/external/ExternalCalls.ts"
import { Policies } from "../../src/policy/Policies.ts"
import * as Demo from "./stage/Demo.ts"
import * as DemoLoop from "./stage/DemoLoop.ts"
import * as DemoUpstream from "./stage/DemoUpstream.ts"
import { Stage } from "./stage/Stage.ts"

export const externalBad = Demo.make({
  name: "external-bad",
  shows: [
    "Two callers at once, each with a call of two seconds: with a blocking client, then with an asynchronous one.",
    "The blocking client holds its whole event loop, here a sacrificial one in a thread, so the second caller waits."
  ],
  needs: "threads",
  operations: [DemoLoop.blockingCall, "Upstream.get"],
  services: ExternalCalls.layer.pipe(
    Layer.provide([DemoUpstream.layer, DemoLoop.layer, Policies.layer]),
    Layer.provide(AppConfig.layer)
  ),
  program: Effect.gen(function*() {
    const { part } = yield* Stage
    const { blocking, single } = yield* ExternalCalls
    yield* part("blocking", Effect.all([blocking, blocking], { concurrency: 2 }))
    yield* part("asynchronous", Effect.all([single, single], { concurrency: 2 }))
  })
})
