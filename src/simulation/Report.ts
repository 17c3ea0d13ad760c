import { type Interval, intervals } from "./intervals.ts"
import type { Result } from "./Result.ts"

/** One run, and what it cost. */
export interface TimedResult {
  readonly result: Result
  /** Seconds of processor time. */
  readonly cpu: number
}

/** The figures of a scenario: those of its first seed, and intervals of all where it was run with several. */
export interface Report extends Result {
  readonly seeds: ReadonlyArray<number>
  /** The mean of each figure over the seeds, and its 95 % confidence interval, by path such as `latency.all.p99`. */
  readonly intervals?: Readonly<Record<string, Interval>>
  /** Virtual requests per second of processor time. */
  readonly speed: number
}

/** The seeds of a scenario's runs: its own, and those that follow. */
export const seedsOf = (first: number, count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, index) => first + index)

/** Combines the runs of a scenario with different seeds. */
export const reportOf = (runs: readonly [TimedResult, ...ReadonlyArray<TimedResult>]): Report => {
  const results = runs.map(({ result }) => result)
  const requests = results.reduce((sum, result) => sum + result.requests, 0)
  const cpu = runs.reduce((sum, run) => sum + run.cpu, 0)
  return {
    ...runs[0].result,
    seeds: results.map(({ seed }) => seed),
    ...(runs.length > 1 && { intervals: intervals(results) }),
    speed: cpu === 0 ? 0 : Math.round(requests / cpu)
  }
}
