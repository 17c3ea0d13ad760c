import { Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { Outcomes } from "../../src/outcomes/Outcomes.ts"
import * as Demo from "./stage/Demo.ts"
import { Stage } from "./stage/Stage.ts"

export const partialErrors = Demo.make({
  name: "partial-errors",
  shows: [
    "Five tasks at once, of which the third fails: all run to their end, and the failure is a result like the others.",
    "Nothing is lost and nothing is cancelled."
  ],
  needs: "clock",
  operations: ["Outcomes.risky"],
  services: Outcomes.layer.pipe(Layer.provide(AppConfig.layer)),
  program: Effect.gen(function*() {
    const { say } = yield* Stage
    const { collect } = yield* Outcomes
    const { errors, successes, total_tasks } = yield* collect
    yield* Effect.forEach(successes, ({ result }) => say(`success: ${result}`), { concurrency: 1 })
    yield* Effect.forEach(errors, ({ error }) => say(`error:   ${error}`), { concurrency: 1 })
    yield* say(`${successes.length} of ${total_tasks} succeeded`)
  })
})
