import { Effect, Layer } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { Basics } from "../../src/basics/Basics.ts"
import { Comparison } from "../../src/comparison/Comparison.ts"
import * as Demo from "./stage/Demo.ts"
import * as DemoLoop from "./stage/DemoLoop.ts"
import { Stage } from "./stage/Stage.ts"

export const syncAgainstAsync = Demo.make({
  name: "sync-against-async",
  shows: [
    "The handbook's opening programs, two tasks of two seconds, and its performance test, five of half a second:",
    "synchronous, each task blocks an event loop (a sacrificial one, in a thread); asynchronous, all wait at once."
  ],
  needs: "threads",
  operations: [DemoLoop.blockingCall, "Basics.asyncTask", "Comparison.task"],
  services: Layer.merge(Basics.layer, Comparison.layer).pipe(
    Layer.provide(DemoLoop.layer),
    Layer.provide(AppConfig.layer)
  ),
  program: Effect.gen(function*() {
    const { part, say } = yield* Stage
    const { runAsync, runSync } = yield* Basics
    const { asynchronous, synchronous } = yield* Comparison
    yield* part("run_sync", runSync)
    yield* part("run_async", runAsync)
    const tests = [["perf_test_sync", synchronous], ["perf_test_async", asynchronous]] as const
    for (const [name, test] of tests) {
      const { duration, results, type } = yield* part(name, test)
      yield* say(`${type}: ${results.length} tasks in ${duration}`)
    }
  })
})
