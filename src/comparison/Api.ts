import { HttpApiEndpoint, HttpApiGroup } from "@effect/platform"
import { Schema } from "effect"
import { Overloaded } from "../domain/Problem.ts"
import { documented } from "../platform/http/contract/documented.ts"

/** The results in the order of the tasks, with their measured total time. */
export const PerformanceAnswer = Schema.Struct({
  results: Schema.Array(Schema.String).annotations({
    examples: [["Task 0 done", "Task 1 done", "Task 2 done", "Task 3 done", "Task 4 done"]]
  }),
  duration: Schema.String.annotations({ description: "Seconds, two decimals", examples: ["2.50s"] }),
  type: Schema.Literal("synchronous", "asynchronous")
}).annotations({ identifier: "PerformanceAnswer" })
const AsynchronousAnswer = PerformanceAnswer.annotations({
  identifier: "AsynchronousPerformanceAnswer",
  examples: [{
    results: ["Task 0 done", "Task 1 done", "Task 2 done", "Task 3 done", "Task 4 done"],
    duration: "0.50s",
    type: "asynchronous"
  }]
})
export type PerformanceAnswer = typeof PerformanceAnswer.Type

/** The handbook's « Comparaison des performances ». */
export const ComparisonApi = HttpApiGroup.make("comparison")
  .add(
    HttpApiEndpoint.get("perfTestSync", "/perf-test-sync")
      .addSuccess(PerformanceAnswer)
      .addError(Overloaded)
      .annotateContext(documented(
        "Five blocking operations",
        "Each blocks the sacrificial event loop for 0.5 s, one after the other; the duration includes the wait for that loop."
      ))
  )
  .add(
    HttpApiEndpoint.get("perfTestAsync", "/perf-test-async")
      .addSuccess(AsynchronousAnswer)
      .annotateContext(
        documented("Five asynchronous operations", "Each sleeps for 0.5 s; all five together take 0.5 s too.")
      )
  )
  .annotateContext(documented("Comparison", "The same five operations, synchronous and asynchronous, measured."))
