import type { Distribution } from "../Distribution.ts"

const nanosPerMilli = 1_000_000

/** The mean of the squares of a distribution's times, in square nanoseconds. */
export const meanSquare = (distribution: Distribution): number => {
  switch (distribution.kind) {
    case "constant":
      return distribution.value ** 2
    case "exponential":
      return 2 * distribution.mean ** 2
    case "lognormal": {
      const { mean, median = 0, sigma } = distribution
      return mean === undefined ? median ** 2 * Math.exp(2 * sigma ** 2) : mean ** 2 * Math.exp(sigma ** 2)
    }
    case "empirical": {
      const { values } = distribution
      return values.reduce((sum, millis) => sum + (millis * nanosPerMilli) ** 2, 0) / values.length
    }
    case "mixture": {
      const total = distribution.of.reduce((sum, { weight }) => sum + weight, 0)
      return distribution.of.reduce((sum, part) => sum + part.weight / total * meanSquare(part), 0)
    }
  }
}
