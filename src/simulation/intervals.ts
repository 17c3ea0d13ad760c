import type { Result } from "./Result.ts"

/** The mean of a figure over several seeds, and its 95 % confidence interval. */
export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** Quantiles of Student's distribution at 97.5 %, by degrees of freedom from 1; the last one serves all above. */
const students = [
  12.706,
  4.303,
  3.182,
  2.776,
  2.571,
  2.447,
  2.365,
  2.306,
  2.262,
  2.228,
  2.201,
  2.179,
  2.16,
  2.145,
  2.131,
  2.12,
  2.11,
  2.101,
  2.093,
  2.086,
  2.08,
  2.074,
  2.069,
  2.064,
  2.06,
  2.056,
  2.052,
  2.048,
  2.045,
  2.042
]
const normal = 1.96

/** Computes the mean of independent samples and its interval; without a second sample the interval has no width. */
export const intervalOf = (samples: ReadonlyArray<number>): Interval => {
  const count = samples.length
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / count
  if (count < 2) return { mean, low: mean, high: mean }
  const variance = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / (count - 1)
  const half = (students[count - 2] ?? normal) * Math.sqrt(variance / count)
  return { mean, low: mean - half, high: mean + half }
}

type Numbers = { readonly [name: string]: unknown }

const isNumbers = (value: unknown): value is Numbers =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Lists the figures of a result under their paths, such as `latency.all.p99`. */
export const flattened = (value: Numbers, path = ""): ReadonlyArray<readonly [string, number]> =>
  Object.entries(value).flatMap(([name, member]): ReadonlyArray<readonly [string, number]> => {
    if (typeof member === "number") return [[path + name, member]]
    return isNumbers(member) ? flattened(member, `${path}${name}.`) : []
  })

const notFigures: ReadonlySet<string> = new Set(["seed"])

/** Combines the results of several seeds. A reason that a run did not meet counts as 0. */
export const intervals = (results: ReadonlyArray<Result>): Readonly<Record<string, Interval>> => {
  const tables = results.map(({ series: _, ...figures }) => new Map(flattened(figures)))
  const names = [...new Set(tables.flatMap((table) => [...table.keys()]))].filter((name) => !notFigures.has(name))
  return Object.fromEntries(names.map((name) => [name, intervalOf(tables.map((table) => table.get(name) ?? 0))]))
}
