import type { Distribution } from "../Distribution.ts"
import type { Recorded } from "./Question.ts"
import { boundingRank } from "./thinData.ts"

/** Recorded times as the advisor uses them. Times are milliseconds. */
export interface RecordedTimes {
  readonly count: number
  /** The share of times that is known to be longer than every recorded one. */
  readonly beyond: number
  /** The time that the share `p` does not exceed. */
  readonly at: (p: number) => number
  /** A time above the quantile `p` with a confidence of 95 %; undefined where data are too few, or end before it. */
  readonly bound: (p: number) => number | undefined
  readonly service: Distribution
  /** The share of attempts that failed. */
  readonly failure: number
}

/** Values of an empirical distribution at most; quantiles of more samples are taken at so many places. */
const mostValues = 10_000

/** The time of an attempt that was given up, where no longer one was recorded, as a multiple of that time. */
const assumedTail = 2

/** A time with the share of attempts that took it. */
interface Step {
  readonly millis: number
  readonly upTo: number
}

/**
 * Estimates the distribution from times that are known and times that were given up (the product-limit estimator of
 * E. L. Kaplan and P. Meier, 1958): whoever was given up counts among those at risk until then.
 */
const stepsOf = (values: ReadonlyArray<number>, longer: ReadonlyArray<number>): ReadonlyArray<Step> => {
  const known = Float64Array.from(values).sort()
  const givenUp = Float64Array.from(longer).sort()
  const steps: Array<Step> = []
  let [survives, gone] = [1, 0]
  for (let next = 0; next < known.length;) {
    const millis = known[next] ?? 0
    let ties = 0
    while (known[next + ties] === millis) ties++
    while (gone < givenUp.length && (givenUp[gone] ?? 0) < millis) gone++
    const atRisk = known.length - next + givenUp.length - gone
    survives *= 1 - ties / atRisk
    steps.push({ millis, upTo: 1 - survives })
    next += ties
  }
  return steps
}

/** Forgives the rounding of a product of shares. */
const rounding = 1e-9

/** Prepares recorded times. At least one must be known. */
export const recordedTimes = ({ failed = 0, longer = [], values }: Recorded): RecordedTimes => {
  const steps = stepsOf(values, longer)
  const count = values.length + longer.length
  const last = steps.at(-1) ?? { millis: 0, upTo: 0 }
  const tail = assumedTail * longer.reduce((most, millis) => Math.max(most, millis), last.millis)
  const at = (p: number): number => {
    let [low, high] = [0, steps.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((steps[middle]?.upTo ?? 1) < p - rounding) low = middle + 1
      else high = middle
    }
    return steps[low]?.millis ?? tail
  }
  const places = Math.min(count, mostValues)
  const [first, ...others] = Array.from({ length: places }, (_, place) => at((place + 0.5) / places))
  return {
    count,
    beyond: last.upTo > 1 - rounding ? 0 : 1 - last.upTo,
    at,
    bound: (p) => {
      const rank = boundingRank(count, p)
      const share = rank === undefined ? 2 : rank / count
      return share <= last.upTo + rounding ? at(share) : undefined
    },
    service: { kind: "empirical", values: [first ?? 0, ...others] },
    failure: failed / (count + failed)
  }
}
