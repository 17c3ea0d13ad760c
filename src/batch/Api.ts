import { HttpApiEndpoint, HttpApiGroup } from "@effect/platform"
import { Schema } from "effect"
import { DigitsToNumber } from "../domain/Ids.ts"
import * as Problem from "../domain/Problem.ts"
import { rule } from "../domain/Rule.ts"
import { documented } from "../platform/http/contract/documented.ts"
import { eventStream } from "../platform/http/openapi/Events.ts"
import { limited } from "../platform/http/openapi/Limits.ts"
import { largestConcurrency } from "../policy/Policy.ts"
import { Items } from "./Items.ts"

const Concurrency = Schema.compose(
  DigitsToNumber,
  Schema.Int.pipe(
    Schema.between(
      1,
      largestConcurrency,
      rule(
        "doit être un entier de 1 à la limite de la politique batch",
        "must be a whole number from 1 to the limit of the policy batch"
      )
    )
  ),
  { strict: false }
).annotations({
  jsonSchema: {
    type: "integer",
    minimum: 1,
    ...limited({ maximum: "POLICY_BATCH" }),
    description: "Bound on the permits of the policy batch that this batch holds at once; by default all"
  }
})

/** The results in the order of the items. */
export const BatchAnswer = Schema.Struct({
  results: Schema.Array(Schema.String).annotations({ examples: [["Processed: a", "Processed: b"]] })
})
export type BatchAnswer = typeof BatchAnswer.Type

/**
 * The event `progress`: the `done`-th of `total` finished items, with its index in the batch, from 0, and its result.
 */
export const Progress = Schema.Struct({
  done: Schema.Int,
  total: Schema.Int,
  index: Schema.Int,
  result: Schema.String
})
export type Progress = typeof Progress.Type

/** « Semaphore et limitation de concurrence » of the handbook's chapter « Patterns avancés ». */
export const BatchApi = HttpApiGroup.make("batch")
  .add(
    HttpApiEndpoint.post("process", "/batch-process")
      .setUrlParams(Schema.Struct({
        concurrency: Schema.optionalWith(Concurrency, { exact: true })
      }))
      .setPayload(Items)
      .addSuccess(BatchAnswer)
      .addError(Problem.InvalidInput)
      .addError(Problem.Overloaded)
      .addError(Problem.RateLimited)
      .addError(Problem.TimedOut)
      .annotateContext(documented(
        "A batch of items, a few at a time",
        "Each item takes 1 s and one of the server's three permits, which batches share by round robin. At most 300 items, or 3,000 with progress as server-sent events for a request that prefers text/event-stream to JSON."
      ))
      .annotateContext(eventStream({
        description: "Events progress, and at the end result, or error with a problem document",
        example: [
          "id: 1\nevent: progress\ndata: {\"done\":1,\"total\":1,\"index\":0,\"result\":\"Processed: a\"}\n\n",
          "id: end\nevent: result\ndata: {\"results\":[\"Processed: a\"]}\n\n"
        ].join("")
      }))
  )
  .annotateContext(documented("Batch", "Limited concurrency, shared fairly between requests."))
