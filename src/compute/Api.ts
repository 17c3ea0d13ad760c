import { HttpApiEndpoint, HttpApiGroup } from "@effect/platform"
import { Schema } from "effect"
import { DigitsToNumber } from "../domain/Ids.ts"
import * as Problem from "../domain/Problem.ts"
import { rule } from "../domain/Rule.ts"
import { exactly } from "../platform/codec/JsonText.ts"
import { documented } from "../platform/http/contract/documented.ts"
import { UpstreamAnswer } from "../platform/upstream/Json.ts"
import { UpstreamFailed } from "../platform/upstream/UpstreamFailed.ts"
import { EventLoop } from "../platform/workers/blocking/EventLoop.ts"
import { largestN } from "../platform/workers/sumOfSquares.ts"
import { withExactResult } from "./ExactJson.ts"

/** The handbook's `n`. */
const handbookN = 1_000_000

const bounds = rule(`doit être un entier de 1 à ${largestN}`, `must be a whole number from 1 to ${largestN}`)

const N = Schema.compose(DigitsToNumber, Schema.Int.pipe(Schema.between(1, largestN, bounds)), {
  strict: false
}).annotations({
  jsonSchema: {
    type: "integer",
    minimum: 1,
    maximum: largestN,
    default: handbookN,
    description:
      `Bound of the sum of i² over whole i below n, 1 to ${largestN}; by default ${handbookN}. ${largestN} takes seconds`
  }
})

/** The parameter `n` of both sums. */
export const SumParams = Schema.Struct({ n: Schema.optionalWith(N, { exact: true, default: () => handbookN }) })

export const GoodUsage = Schema.Struct({
  response: UpstreamAnswer,
  users: Schema.Int.annotations({ description: "Their number", examples: [3] }),
  file: Schema.Struct({
    bytes: Schema.Int.annotations({ description: "The part of data.txt that was read", examples: [22] })
  })
})
export type GoodUsage = typeof GoodUsage.Type

/** The exact sum. */
export const Sum = withExactResult({})
export type Sum = typeof Sum.Type

/** The exact sum, with the effect of its computation on the event loop that ran it. */
export const BlockingSum = withExactResult({
  eventLoop: EventLoop
})
export type BlockingSum = typeof BlockingSum.Type

/** The chapter « Bonnes pratiques » of the handbook: « Quand utiliser async/await ». */
export const ComputeApi = HttpApiGroup.make("compute")
  .add(
    HttpApiEndpoint.get("goodAsyncUsage", "/good-async-usage")
      .addSuccess(exactly(GoodUsage))
      .addError(UpstreamFailed)
      .addError(Problem.TimedOut)
      .addError(Problem.Overloaded)
      .addError(Problem.RateLimited)
      .annotateContext(documented(
        "A good use of async",
        "The upstream's JSON of /get, the number of users, and the file data.txt, concurrently. If one part fails, the others are interrupted."
      ))
  )
  .add(
    HttpApiEndpoint.get("badAsyncUsage", "/bad-async-usage")
      .setUrlParams(SumParams)
      .addSuccess(BlockingSum)
      .addError(Problem.Overloaded)
      .annotateContext(documented(
        "A bad use of async",
        "A sum computed on an event loop, which is blocked meanwhile: the sacrificial one in a thread of its own, not the server's."
      ))
  )
  .add(
    HttpApiEndpoint.get("cpuIntensiveAsync", "/cpu-intensive-async")
      .setUrlParams(SumParams)
      .addSuccess(Sum)
      .addError(Problem.Overloaded)
      .annotateContext(documented(
        "A computation beside the event loop",
        "The same sum on a pool of worker threads. A request that is aborted stops its computation."
      ))
  )
  .annotateContext(documented("Compute", "Work that belongs on an event loop, and work that does not."))
