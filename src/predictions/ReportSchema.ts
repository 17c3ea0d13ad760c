import { Schema } from "effect"
import type { Report as Simulated } from "../simulation/Report.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const Count = Schema.Int.pipe(Schema.nonNegative())
const Counts = Schema.Array(Schema.Number)

const Times = Schema.Struct({
  mean: Schema.Number,
  p50: Schema.Number,
  p95: Schema.Number,
  p99: Schema.Number,
  p99_9: Schema.Number,
  max: Schema.Number
}).annotations({ identifier: "SimulatedTimes", description: "Milliseconds; all 0 where there is no sample" })

const times = { mean: 104.2, p50: 73.9, p95: 302.6, p99: 455.3, p99_9: 640.1, max: 702.7 }
const noTimes = { mean: 0.1, p50: 0, p95: 0, p99: 4.4, p99_9: 30.2, max: 33.3 }

const Interval = Schema.Struct({ mean: Schema.Number, low: Schema.Number, high: Schema.Number })

const example: Simulated = {
  seed: 1,
  requests: 1_000,
  succeeded: 1_000,
  failed: {},
  goodput: 69.1,
  latency: { all: times, succeeded: times },
  attempts: 1_000,
  amplification: 1,
  upstream: { arrived: 1_000, refused: 0, waited: 0.17, wait: noTimes, busy: 0.7, abandoned: 0 },
  series: { step: 1, arrivals: [71, 68], goodput: [63, 70], attempts: [71, 68], in_flight: [8, 6], queue: [0, 0] },
  seconds: 14.5,
  trace: "0123456789abcdef",
  seeds: [1],
  speed: 91_000
}

/** The figures of a scenario as they go over the wire. */
export const Report = Schema.Struct({
  seed: Schema.Int,
  requests: Count.annotations({ description: "Requests that arrived after the warmup" }),
  succeeded: Count,
  failed: Schema.Record({ key: Schema.String, value: Count }).annotations({
    description: "Failed requests by reason, such as timeout or attempts exhausted"
  }),
  goodput: Schema.Number.annotations({ description: "Successes per second of virtual time" }),
  latency: Schema.Struct({ all: Times, succeeded: Times }).annotations({
    description: "From the intended arrival to the end, of all requests and of those that succeeded"
  }),
  attempts: Count,
  amplification: Schema.Number.annotations({ description: "Attempts per request" }),
  upstream: Schema.Struct({
    arrived: Count,
    refused: Count,
    waited: Schema.Number.annotations({ description: "The share of served attempts that waited for a place" }),
    wait: Times,
    busy: Schema.Number.annotations({ description: "The share of the places in use; 0 where there is no bound" }),
    abandoned: Count.annotations({ description: "Attempts that left before the end of their service" })
  }),
  series: Schema.Struct({
    step: Schema.Number.annotations({ description: "Seconds of an interval" }),
    arrivals: Counts,
    goodput: Counts,
    attempts: Counts,
    in_flight: Counts.annotations({ description: "Requests under way at the end of each interval" }),
    queue: Counts.annotations({ description: "Attempts that wait at the upstream at the end of each interval" })
  }).annotations({ description: "An element for each interval of virtual time" }),
  seconds: Schema.Number.annotations({
    description: "Seconds of virtual time from the warmup to the end of the last request"
  }),
  trace: Schema.String.annotations({
    description: "A hash over every attempt: two runs with the same one went the same way"
  }),
  seeds: Schema.Array(Schema.Int),
  intervals: optional(Schema.Record({ key: Schema.String, value: Interval })).annotations({
    description: "With several seeds, the mean and the 95 % interval of each figure, by path such as latency.all.p99"
  }),
  speed: Schema.Number.annotations({ description: "Virtual requests per second of processor time" })
}).annotations({ identifier: "SimulationReport", examples: [example] })
export type Report = typeof Report.Type
