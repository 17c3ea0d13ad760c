import { Duration, Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { Policies } from "../../src/policy/Policies.ts"
import { Resilience } from "../../src/resilience/Resilience.ts"
import * as Demo from "./stage/Demo.ts"
import * as DemoUpstream from "./stage/DemoUpstream.ts"
import { Stage } from "./stage/Stage.ts"

export const timeout = Demo.make({
  name: "timeout",
  shows: [
    "An operation of ten seconds under a timeout of five is interrupted, not left running unseen.",
    "Under a timeout of twelve the operation ends by itself."
  ],
  needs: "clock",
  operations: ["Resilience.slowOperation"],
  services: Resilience.layer.pipe(
    Layer.provide([DemoUpstream.layer, Policies.layer]),
    Layer.provide(AppConfig.layer)
  ),
  program: Effect.gen(function*() {
    const { part, say } = yield* Stage
    const { withTimeout } = yield* Resilience
    const failure = yield* part("5 s", Effect.flip(withTimeout(Duration.seconds(5))))
    yield* failure._tag === "OperationTooSlow" ? say(`${failure.error} (${failure.timeout})`) : Effect.fail(failure)
    const { result } = yield* part("12 s", withTimeout(Duration.seconds(12)))
    yield* say(result)
  })
})
