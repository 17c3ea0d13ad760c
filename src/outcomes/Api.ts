import { HttpApiEndpoint, HttpApiGroup } from "@effect/platform"
import { Schema } from "effect"
import { documented } from "../platform/http/contract/documented.ts"

/** The outcomes of all tasks: successes and failures, each list in the order of the tasks. */
export const OutcomesAnswer = Schema.Struct({
  successes: Schema.Array(Schema.Struct({ task: Schema.Int, result: Schema.String })).annotations({
    examples: [[0, 1, 3, 4].map((task) => ({ task, result: `Task ${task} completed` }))]
  }),
  errors: Schema.Array(Schema.Struct({ task: Schema.Int, error: Schema.String })).annotations({
    examples: [[{ task: 2, error: "Task 2 failed" }]]
  }),
  total_tasks: Schema.Int.annotations({ description: "Successes and errors together", examples: [5] })
}).annotations({ identifier: "OutcomesAnswer" })
export type OutcomesAnswer = typeof OutcomesAnswer.Type

/** The handbook's « Gestion d'erreurs asynchrone ». */
export const OutcomesApi = HttpApiGroup.make("outcomes")
  .add(
    HttpApiEndpoint.get("errorHandling", "/error-handling")
      .addSuccess(OutcomesAnswer)
      .annotateContext(documented(
        "Five tasks, of which one fails",
        "All run concurrently to their end; one failure neither stops the others nor fails the request."
      ))
  )
  .annotateContext(documented("Outcomes", "Failures as values beside the successes."))
