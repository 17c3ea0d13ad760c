import { Effect } from "effect"
import { ExternalCalls } from "../../src/external/ExternalCalls.ts"
import * as Demo from "./stage/Demo.ts"
import * as DemoExternalCalls from "./stage/DemoExternalCalls.ts"
import * as DemoLoop from "./stage/DemoLoop.ts"
import { Stage } from "./stage/Stage.ts"

export const externalBad = Demo.make({
  name: "external-bad",
  shows: [
    "Two callers at once, each with a call of two seconds: with a blocking client, then with an asynchronous one.",
    "The blocking client holds its whole event loop, here a sacrificial one in a thread, so the second caller waits."
  ],
  needs: "threads",
  operations: [DemoLoop.blockingCall, "Upstream.get"],
  services: DemoExternalCalls.layer,
  program: Effect.gen(function*() {
    const { part } = yield* Stage
    const { blocking, single } = yield* ExternalCalls
    yield* part("blocking", Effect.all([blocking, blocking], { concurrency: 2 }))
    yield* part("asynchronous", Effect.all([single, single], { concurrency: 2 }))
  })
})
