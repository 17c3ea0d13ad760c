import { HttpApiEndpoint, HttpApiGroup } from "@effect/platform"
import { Schema } from "effect"
import * as Problem from "../domain/Problem.ts"
import { exactly } from "../platform/codec/JsonText.ts"
import { documented } from "../platform/http/contract/documented.ts"
import { Json, UpstreamAnswer } from "../platform/upstream/Json.ts"
import { UpstreamFailed } from "../platform/upstream/UpstreamFailed.ts"

const delayed = { args: {}, headers: {}, origin: "203.0.113.7", url: "https://httpbin.org/delay/1" }

/** The answers of concurrent calls, in the order of the calls. */
export const ParallelAnswer = Schema.Struct({
  results: Schema.Array(UpstreamAnswer).annotations({ examples: [[delayed, delayed, delayed]] }),
  total_time: Schema.String.annotations({ examples: ["~1 seconde au lieu de 3"] })
})
export type ParallelAnswer = typeof ParallelAnswer.Type

const url = Schema.String.annotations({ description: "The called operation" })

/** The outcome of one call: its JSON, an error with a sentence that names it, or a timeout. */
export const SafeResult = Schema.Union(
  Schema.Struct({ url, status: Schema.Literal("success"), data: Json }),
  Schema.Struct({ url, status: Schema.Literal("error"), data: Schema.String }),
  Schema.Struct({ url, status: Schema.Literal("timeout"), data: Schema.Null })
).annotations({ identifier: "SafeResult" })
export type SafeResult = typeof SafeResult.Type

/** The outcome of every call, in the order of the calls. */
export const SafeAnswer = Schema.Struct({
  results: Schema.Array(SafeResult).annotations({
    examples: [[
      {
        url: "https://httpbin.org/delay/1",
        status: "success",
        data: delayed
      },
      {
        url: "https://httpbin.org/status/500",
        status: "error",
        data: "https://httpbin.org/status/500 a répondu 500."
      },
      { url: "https://httpbin.org/delay/10", status: "timeout", data: null }
    ]]
  })
})
export type SafeAnswer = typeof SafeAnswer.Type

/** The chapter « Appels vers des APIs externes » of the handbook. */
export const ExternalApi = HttpApiGroup.make("external")
  .add(
    HttpApiEndpoint.get("badExternalCalls", "/bad-external-calls")
      .addSuccess(exactly(UpstreamAnswer))
      .addError(UpstreamFailed)
      .addError(Problem.Overloaded)
      .addError(Problem.TimedOut)
      .annotateContext(documented(
        "A blocking call",
        "The upstream's JSON of /delay/2, fetched by a call that blocks a whole event loop: the sacrificial one in a thread of its own, not the server's."
      ))
  )
  .add(
    HttpApiEndpoint.get("goodExternalCalls", "/good-external-calls")
      .addSuccess(exactly(UpstreamAnswer))
      .addError(UpstreamFailed)
      .addError(Problem.TimedOut)
      .addError(Problem.Overloaded)
      .addError(Problem.RateLimited)
      .annotateContext(
        documented("An asynchronous call", "The upstream's JSON of /delay/2; nothing is blocked meanwhile.")
      )
  )
  .add(
    HttpApiEndpoint.get("parallelExternalCalls", "/parallel-external-calls")
      .addSuccess(exactly(ParallelAnswer))
      .addError(UpstreamFailed)
      .addError(Problem.TimedOut)
      .addError(Problem.Overloaded)
      .addError(Problem.RateLimited)
      .annotateContext(documented(
        "Three calls at once",
        "The upstream's JSON of /delay/1, three times concurrently. If one call fails, the others are interrupted and the failure is the answer."
      ))
  )
  .add(
    HttpApiEndpoint.get("safeParallelCalls", "/safe-parallel-calls")
      .addSuccess(exactly(SafeAnswer))
      .annotateContext(documented(
        "Three calls at once, each with its own outcome",
        "Calls /delay/1, /status/500 and /delay/10 concurrently, under the policy safe-call; answers each outcome, in this order."
      ))
  )
  .annotateContext(
    documented("External calls", "Calls to the upstream: blocking, asynchronous, concurrent, and safe.")
  )
