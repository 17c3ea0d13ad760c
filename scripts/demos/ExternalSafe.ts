import { Effect } from "effect"
import { ExternalCalls } from "../../src/external/ExternalCalls.ts"
import * as Demo from "./stage/Demo.ts"
import * as DemoExternalCalls from "./stage/DemoExternalCalls.ts"
import { Stage } from "./stage/Stage.ts"

export const externalSafe = Demo.make({
  name: "external-safe",
  shows: [
    "Three calls at once, each with a timeout of five seconds: one fails, one takes ten, and each has its own outcome.",
    "No failure reaches the others: the answer lists a success, an error and a timeout."
  ],
  needs: "clock",
  operations: ["Upstream.get"],
  services: DemoExternalCalls.layer,
  program: Effect.gen(function*() {
    const { say } = yield* Stage
    const { safe } = yield* ExternalCalls
    const { results } = yield* safe
    yield* Effect.forEach(results, ({ status, url }) => say(`${new URL(url).pathname}: ${status}`), { concurrency: 1 })
  })
})
