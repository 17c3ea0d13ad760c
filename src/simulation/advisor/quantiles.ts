import type { Distribution } from "../Distribution.ts"
import { inverseNormal } from "../inverseNormal.ts"

/** The time, in nanoseconds, that a share does not exceed. */
type Quantile = (p: number) => number

type Simple = Exclude<Distribution, { readonly kind: "mixture" }>

const nanosPerMilli = 1_000_000

/** Halvings of an interval: more than a double can tell apart. */
const halvings = 60

/** The argument at which an increasing function reaches a value. */
const inverse = (increasing: (x: number) => number, value: number, low: number, high: number): number => {
  for (let step = 0; step < halvings; step++) {
    const middle = (low + high) / 2
    if (increasing(middle) < value) low = middle
    else high = middle
  }
  return high
}

const ofSimple = (distribution: Simple): Quantile => {
  switch (distribution.kind) {
    case "constant":
      return () => distribution.value
    case "exponential":
      return (p) => -distribution.mean * Math.log1p(-p)
    case "lognormal": {
      const { mean = 0, median, sigma } = distribution
      const middle = median ?? mean / Math.exp(sigma ** 2 / 2)
      return (p) => middle * Math.exp(sigma * inverseNormal(p))
    }
    case "empirical": {
      const sorted = Float64Array.from(distribution.values).sort()
      return (p) => (sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? 0) * nanosPerMilli
    }
  }
}

/** The smallest and greatest share that the quantiles of a mixture's parts are asked for. */
const edge = 1e-12

const upTo = (quantile: Quantile, nanos: number): number => inverse(quantile, nanos, edge, 1 - edge)

/** Prepares the quantiles of a distribution. */
export const quantiles = (distribution: Distribution): Quantile => {
  if (distribution.kind !== "mixture") return ofSimple(distribution)
  const total = distribution.of.reduce((sum, { weight }) => sum + weight, 0)
  const parts = distribution.of.map((part) => ({ weight: part.weight / total, quantile: ofSimple(part) }))
  const share = (nanos: number) => parts.reduce((sum, { quantile, weight }) => sum + weight * upTo(quantile, nanos), 0)
  return (p) => {
    const times = parts.map(({ quantile }) => quantile(p))
    return inverse(share, p, Math.min(...times), Math.max(...times))
  }
}
