import { type Interval, intervalOf } from "../intervals.ts"
import { type Contestant, figures, interval, weightIn } from "./Contest.ts"
import type { Question, Trouble } from "./Question.ts"

const nothing: Interval = { mean: 0, low: 0, high: 0 }

/** The share of successes that a policy may lose to the current one in a scenario: on average, and at the worst. */
const margin = { mean: 0.002, low: 0.01 } as const

/** Retries that a budget lets through beyond its ratio at the start of a run: the default burst. */
const burst = 10

/** True if a scenario's attempts stay below the bound, at the pessimistic end and but for a budget's burst. */
export const keepsAmplification = (contestant: Contestant, trouble: Trouble, { amplification }: Question): boolean => {
  const runs = contestant.runs.get(trouble) ?? []
  const counted = runs.reduce((least, run) => Math.min(least, run.counted), Infinity)
  return interval(contestant, trouble, "amplification").high <= amplification + burst / Math.max(1, counted)
}

/** True if the objective is reached in a scenario at the pessimistic end of the interval. */
export const holds = (contestant: Contestant, trouble: Trouble, question: Question): boolean =>
  interval(contestant, trouble, "share").low >= question.objective.share &&
  keepsAmplification(contestant, trouble, question)

/** The difference of a figure of two policies in a scenario, run by run, as both met the same luck. */
export const difference = (
  contestant: Contestant,
  other: Contestant,
  trouble: Trouble,
  of: "share" | "p99"
): Interval => {
  const others = figures(other, trouble, of)
  const differences = figures(contestant, trouble, of).flatMap((own, run) => {
    const against = others[run]
    return against === undefined ? [] : [own - against]
  })
  return differences.length === 0 ? nothing : intervalOf(differences)
}

/** The share of successes that a policy wins over another in a scenario. */
export const gain = (contestant: Contestant, other: Contestant, trouble: Trouble): Interval =>
  difference(contestant, other, trouble, "share")

/** True if a policy does worse than another in a scenario. */
export const isWorse = (contestant: Contestant, other: Contestant, trouble: Trouble): boolean => {
  const { low, mean } = gain(contestant, other, trouble)
  return mean < -margin.mean || low < -margin.low
}

/**
 * The weighted goodput of a policy over another's. Differences are taken run by run in each scenario; scenarios are
 * independent, so the squares of their errors add up.
 */
export const advantage = (contestant: Contestant, other: Contestant, troubles: ReadonlyArray<Trouble>): Interval => {
  const weight = weightIn(troubles)
  let [mean, square] = [0, 0]
  for (const trouble of troubles) {
    const own = gain(contestant, other, trouble)
    mean += weight(trouble) * own.mean
    square += (weight(trouble) * (own.high - own.mean)) ** 2
  }
  const half = Math.sqrt(square)
  return { mean, low: mean - half, high: mean + half }
}
