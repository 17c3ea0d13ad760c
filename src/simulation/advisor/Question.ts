import { Schema } from "effect"
import { atMost, numberBetween, wholeNumber } from "../../domain/Numbers.ts"
import { rule } from "../../domain/Rule.ts"
import { Policy } from "../../policy/Policy.ts"
import { Distribution } from "../Distribution.ts"
import { mostRequests, Title } from "../Scenario.ts"
import { PositiveTime } from "../TimeText.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** Milliseconds of one recorded attempt, up to a day. */
const Millis = numberBetween(0, 86_400_000)

/** Samples of one question at most; beyond, quantiles gain nothing and a run takes longer to prepare. */
export const mostSamples = 1_000_000

/**
 * Recorded times of attempts, in milliseconds. Attempts in `longer` were given up at their time: they would have taken
 * longer, by an unknown amount (right-censored samples).
 */
export const Recorded = Schema.Struct({
  values: Schema.Array(Millis).pipe(Schema.maxItems(mostSamples, atMost(mostSamples))),
  longer: optional(Schema.Array(Millis).pipe(Schema.maxItems(mostSamples, atMost(mostSamples)))),
  failed: optional(wholeNumber(0, mostSamples)).annotations({ description: "Attempts that failed, beside the others" })
}).annotations({ identifier: "RecordedLatencies" })
export type Recorded = typeof Recorded.Type

const common = {
  failure: optional(numberBetween(0, 1)).annotations({
    description: "The share of attempts that fail while the upstream is in health"
  }),
  abandoned: optional(Schema.Literal("frees", "runs on")).annotations({
    description: "What becomes of an attempt for which nobody waits any more: it frees its place, or runs on (default)"
  })
}

/** The upstream as the question knows it: a model of its service times, or times that were recorded. */
export const AskedUpstream = Schema.Union(
  Schema.Struct({ service: Distribution, ...common }),
  Schema.Struct({ ...Recorded.fields, ...common }),
  Schema.Struct({
    file: Schema.String.annotations({
      description: "A file of times in milliseconds, one a line; `>5000` is one that was given up at 5,000 ms"
    }),
    ...common
  }),
  Schema.Struct({
    measured: Schema.Literal(true).annotations({ description: "The times that this server measured of its upstream" }),
    ...common
  })
).annotations({ identifier: "AskedUpstream", examples: [{ measured: true }] })
export type AskedUpstream = typeof AskedUpstream.Type

/** The states of the upstream in which a policy must prove itself. */
export const troubles = ["healthy", "partial failure", "brownout", "dead", "recovery"] as const
export const Trouble = Schema.Literal(...troubles)
export type Trouble = typeof Trouble.Type

const Share = Schema.Number.pipe(
  Schema.filter(
    (share) => share > 0 && share < 1,
    rule("doit être une part entre 0 et 1, les deux exclus", "must be a share between 0 and 1, both excluded")
  )
).annotations({ jsonSchema: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 } })

/** The simulated requests of an advice, if the question gives no bound: some ten seconds of a processor. */
export const usualRequests = 500_000

/**
 * A question to the advisor: which policy serves this upstream best? Times are taken as service times, so recorded ones
 * should come from hours of little load. Unknown members are refused.
 */
export const Question = Schema.Struct({
  name: optional(Title),
  seed: optional(wholeNumber(0, 2 ** 31 - 1)),
  upstream: AskedUpstream,
  rate: numberBetween(0.001, 100_000).annotations({ description: "Requests per second", examples: [50] }),
  capacity: optional(wholeNumber(1, 1_000_000)).annotations({
    description: "Places in which the upstream serves at once; absent: as many as there are attempts"
  }),
  queue: optional(Schema.Struct({
    limit: optional(wholeNumber(0, mostRequests)),
    order: optional(Schema.Literal("fifo", "lifo"))
  })).annotations({ description: "The queue of the upstream itself; absent: first in, first out, without limit" }),
  objective: Schema.Struct({
    share: Share.annotations({ description: "The share of requests that shall succeed in time" }),
    within: PositiveTime.annotations({ description: "The time, from the arrival of a request" })
  }).annotations({ examples: [{ share: 0.99, within: 1_000_000_000 }] }),
  amplification: numberBetween(1, 20).annotations({
    description: "Most attempts per request, in every scenario",
    examples: [1.5]
  }),
  idempotent: Schema.Boolean.annotations({ description: "True if an operation may run twice", examples: [true] }),
  falseTimeouts: optional(Share).annotations({
    description: "The greatest share of healthy attempts that an attempt timeout may end"
  }),
  current: optional(Policy),
  scenarios: optional(Schema.NonEmptyArray(Trouble)).annotations({ description: "Absent: all of them" }),
  requests: optional(wholeNumber(5_000, mostRequests)).annotations({
    description: "Simulated requests at most"
  })
}).annotations({ identifier: "Question", parseOptions: { onExcessProperty: "error" } })
export type Question = typeof Question.Type
