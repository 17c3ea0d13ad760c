import { reasons } from "../../../src/simulation/outcomes.ts"
import type { Result, Times } from "../../../src/simulation/Result.ts"
import { number } from "../table.ts"
import type { Measured } from "./measure.ts"

/** A figure as it was predicted and as it was measured. */
export interface Pair {
  readonly name: string
  readonly predicted: number
  readonly measured: number
}

const figures: ReadonlyArray<readonly [name: string, of: (result: Result) => number]> = [
  ["requests", ({ requests }) => requests],
  ["succeeded", ({ succeeded }) => succeeded],
  ["goodput, a second", ({ goodput }) => goodput],
  ["attempts", ({ attempts }) => attempts],
  ["amplification", ({ amplification }) => amplification],
  ["p50, ms", ({ latency }) => latency.all.p50],
  ["p95, ms", ({ latency }) => latency.all.p95],
  ["p99, ms", ({ latency }) => latency.all.p99],
  ["abandoned upstream", ({ upstream }) => upstream.abandoned],
  ["busy places, %", ({ upstream }) => 100 * upstream.busy]
]

/** Lists the figures of both sides, and the failures by reason of either. */
export const pairs = (predicted: Result, measured: Result): ReadonlyArray<Pair> => [
  ...figures.map(([name, of]) => ({ name, predicted: of(predicted), measured: of(measured) })),
  ...reasons.map((reason) => ({
    name: reason,
    predicted: predicted.failed[reason] ?? 0,
    measured: measured.failed[reason] ?? 0
  })).filter(({ measured, predicted }) => predicted + measured > 0)
]

/**
 * The share of the predicted median by which nineteen in twenty requests may be late at most. Beyond, latencies up to
 * the 95th percentile would differ by as much as the model is asked to be exact.
 */
const mostLate = 0.1

/** Says why a run says nothing about the prediction: its generator or its upstream did not keep its times. */
export const doubt = (predicted: Result, { lag, result, upstreamLateness }: Measured): string | undefined => {
  const limit = mostLate * predicted.latency.all.p50
  const late = (who: string, { p95 }: Times) =>
    p95 > limit ? `${who} lagged by ${number(p95)} ms at the 95th percentile` : undefined
  const why = [
    late("the generator", lag),
    late("the upstream", upstreamLateness),
    result.failed.defect === undefined ? undefined : `calls without a connection: ${result.failed.defect}`
  ].filter((one) => one !== undefined)
  return why.length === 0
    ? undefined
    : `no comparison: ${why.join(", ")}; at most a tenth of the predicted median, ${number(limit)} ms, is tolerated. ` +
      "Lower the rate, or run on a machine at rest"
}

const difference = ({ measured, predicted }: Pair): string =>
  predicted === 0 ? "" : `${measured >= predicted ? "+" : ""}${(100 * (measured / predicted - 1)).toFixed(1)} %`

const line = (name: string, ...columns: ReadonlyArray<string>) =>
  `  ${name.padEnd(20)}${columns.map((column) => column.padStart(12)).join("")}`

const times = (name: string, { max, p50, p95, p99 }: Times) =>
  `  ${name.padEnd(20)}p50 ${number(p50)}, p95 ${number(p95)}, p99 ${number(p99)}, max ${number(max)} ms`

/** Lines for a terminal: both columns, how they differ, and how exact the machine was. */
export const beside = (predicted: Result, live: Measured): ReadonlyArray<string> => {
  const isDoubtful = doubt(predicted, live) !== undefined
  return [
    "live: real HTTP calls on 127.0.0.1, the same luck",
    line("", "predicted", "measured", isDoubtful ? "" : "difference"),
    ...pairs(predicted, live.result).map((pair) =>
      line(pair.name, number(pair.predicted), number(pair.measured), isDoubtful ? "" : difference(pair))
    ),
    times("bare round trip", live.bare),
    times("generator's lag", live.lag),
    times("upstream's lag", live.upstreamLateness)
  ]
}
