import { Schema } from "effect"
import { Policy } from "../../policy/Policy.ts"
import { PositiveTime } from "../TimeText.ts"
import { Trouble } from "./Question.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** A sentence in both languages. */
const Said = Schema.Struct({ fr: Schema.String, en: Schema.String })

/** The mean over several seeds, and its 95 % confidence interval. */
const Interval = Schema.Struct({ mean: Schema.Number, low: Schema.Number, high: Schema.Number }).annotations({
  identifier: "ConfidenceInterval"
})

/** The figures of a policy in a scenario. */
export const Figures = Schema.Struct({
  /** The share of requests that succeed in time. */
  share: Interval,
  amplification: Interval,
  /** The 99th percentile of successes, in milliseconds; 0 where there is none. */
  p99: Interval,
  /** True if the share reaches the objective at the pessimistic end, with no more attempts than allowed. */
  holds: Schema.Boolean
}).annotations({ identifier: "AdviceFigures" })

const Evidence = Schema.Struct({
  scenario: Trouble,
  says: Said,
  advised: Figures,
  current: optional(Figures),
  /** The share that the advised policy wins over the current one, run by run under the same chance. */
  gain: optional(Interval)
})

/** A policy that was simulated and not chosen, with the rule that decided. */
const Rejected = Schema.Struct({
  policy: Policy,
  reason: Said,
  healthy: optional(Figures)
})

/** A policy that arithmetic alone ruled out, before any simulation. */
const Discarded = Schema.Struct({ policy: Policy, reason: Said })

/** The advised policy, or its world, changed in one value. */
const Break = Schema.Struct({
  change: Said,
  /** The share of requests that succeed in time, by scenario. */
  shares: Schema.Record({ key: Schema.String, value: Schema.Number }),
  amplification: Schema.Number.annotations({ description: "The greatest over the scenarios" }),
  /** The scenarios in which the objective, or the bound of attempts, was kept before and is not any more. */
  breaks: Schema.Array(Trouble)
})

/** The upstream as the advisor saw it. Times are milliseconds. */
const Seen = Schema.Struct({
  mean: Schema.Number,
  p50: Schema.Number,
  p99: Schema.Number,
  samples: optional(Schema.Int),
  /** Places that first attempts keep busy, in erlangs. */
  load: Schema.Number,
  /** Operations at once that suffice in health: Little's law and three standard deviations. */
  concurrency: Schema.Int,
  /** Timeouts of attempts by the share of healthy attempts that they end. */
  falseTimeouts: Schema.Array(Schema.Struct({ share: Schema.Number, millis: Schema.Int }))
})

/** The answer of the advisor. */
export const Advice = Schema.Struct({
  name: optional(Schema.String),
  seed: Schema.Int,
  objective: Schema.Struct({ share: Schema.Number, within: PositiveTime }),
  /** The advised policy, as a `POLICY_*` variable takes it. */
  policy: Policy,
  sentence: Said,
  notes: Schema.Array(Said),
  upstream: Seen,
  evidence: Schema.Array(Evidence),
  rejected: Schema.Array(Rejected),
  discarded: Schema.Array(Discarded),
  breaks: Schema.Array(Break),
  /** Simulated requests. */
  requests: Schema.Int
}).annotations({ identifier: "Advice" })
export type Advice = typeof Advice.Type
export type Figures = typeof Figures.Type
export type Break = typeof Break.Type
export type Discarded = typeof Discarded.Type
export type Rejected = typeof Rejected.Type
