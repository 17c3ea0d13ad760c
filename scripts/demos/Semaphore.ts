import { Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { Batch } from "../../src/batch/Batch.ts"
import { Policies } from "../../src/policy/Policies.ts"
import * as Demo from "./stage/Demo.ts"
import { Stage } from "./stage/Stage.ts"

/** Processes a client's items; each takes a second. */
const order = Effect.fnUntraced(function*(client: string, items: ReadonlyArray<string>) {
  const { say } = yield* Stage
  const { withProgress } = yield* Batch
  const run = yield* withProgress(items)
  yield* say(`${client} sends ${items.length}`)
  yield* run(({ done, result, total }) => say(`${client}: ${result} (${done} of ${total})`))
})

export const semaphore = Demo.make({
  name: "semaphore",
  shows: [
    "Three permits for the whole server: Alice sends nine items of a second each, and just after her Bob sends one.",
    "Never more than three run at once; permits go round robin, so Bob does not wait for all of Alice's items."
  ],
  needs: "clock",
  operations: ["Batch.processItem"],
  services: Batch.layer.pipe(Layer.provide([Policies.layer, AppConfig.layer])),
  program: Effect.all([order("Alice", [..."abcdefghi"]), order("Bob", ["z"])], { concurrency: 2, discard: true })
})
