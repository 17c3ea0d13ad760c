import { Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { Policies } from "../../src/policy/Policies.ts"
import { Resilience } from "../../src/resilience/Resilience.ts"
import * as Demo from "./stage/Demo.ts"
import * as DemoUpstream from "./stage/DemoUpstream.ts"
import { Stage } from "./stage/Stage.ts"

export const retry = Demo.make({
  name: "retry",
  shows: [
    "A call that fails is tried three times, with pauses of one and two seconds, by the policy \"unreliable\".",
    "First all attempts fail, then the upstream has recovered by the third attempt."
  ],
  needs: "clock",
  operations: ["Upstream.get"],
  services: Resilience.layer.pipe(
    Layer.provide([DemoUpstream.layer, Policies.layer]),
    Layer.provide(AppConfig.layer)
  ),
  program: Effect.gen(function*() {
    const { part, say } = yield* Stage
    const { unreliable } = yield* Resilience
    yield* part("in vain", Effect.flip(unreliable())).pipe(
      Effect.flatMap(({ _tag }) => say(`gave up: ${_tag}`))
    )
    yield* part("recovered", unreliable(3))
    yield* say("the third attempt succeeded")
  })
})
