import { Effect } from "effect"
import type { Policy } from "../../policy/Policy.ts"
import { type Interval, intervalOf } from "../intervals.ts"
import type { Facts } from "./Facts.ts"
import { type Measure, measure, type Unfinished } from "./measure.ts"
import { type Trouble, troubles as everyTrouble } from "./Question.ts"
import { scenarioOf, states } from "./troubles.ts"

/** A policy in the contest, with its runs by scenario: the n-th runs of all policies in a scenario share a seed. */
export interface Contestant {
  readonly policy: Policy
  readonly runs: ReadonlyMap<Trouble, ReadonlyArray<Measure>>
}

/** The requests that an advice has simulated so far, and may simulate in all. */
export interface Progress {
  readonly requests: number
  readonly most: number
}

/** Runs of a contestant by scenario. */
export type Runs = (trouble: Trouble) => number

/** As many runs in health as in all other scenarios together, as health weighs most in the goodput. */
export const balanced = (runs: number, among: ReadonlyArray<Trouble>): Runs => (trouble) =>
  trouble === "healthy" ? runs * Math.max(1, among.length - 1) : runs

/** Counts the runs of a contestant in some scenarios. */
export const countOf = (runs: Runs, among: ReadonlyArray<Trouble>): number =>
  among.reduce((sum, trouble) => sum + runs(trouble), 0)

/** Seeds of a scenario: no two scenarios meet the same chance, so their errors add up as independent ones. */
const seedsApart = 10_000

/** Runs policies, under the same seeds and in the same scenarios, while requests are left. */
export class Contest {
  readonly facts: Facts
  readonly troubles: ReadonlyArray<Trouble>
  readonly seed: number
  private readonly onProgress: ((progress: Progress) => void) | undefined
  readonly most: number
  requests = 0

  constructor(
    facts: Facts,
    options: {
      readonly seed: number
      readonly most: number
      readonly troubles: ReadonlyArray<Trouble>
      readonly onProgress?: ((progress: Progress) => void) | undefined
    }
  ) {
    this.facts = facts
    this.seed = options.seed
    this.most = options.most
    this.troubles = options.troubles
    this.onProgress = options.onProgress
  }

  /** Runs a policy once in a scenario; undefined where too few requests are left. */
  once(
    policy: Policy,
    trouble: Trouble,
    place: number,
    requests: number,
    facts = this.facts
  ): Effect.Effect<Measure | undefined, Unfinished> {
    return Effect.suspend(() => {
      if (this.requests + requests > this.most) return Effect.succeed(undefined)
      this.requests += requests
      this.onProgress?.({ requests: this.requests, most: this.most })
      const seed = this.seed + place + seedsApart * everyTrouble.indexOf(trouble)
      return measure(scenarioOf(facts, trouble, policy, requests), seed, facts.question.objective.within)
    })
  }

  /** Gives a contestant so many runs in some scenarios; those it has count. */
  upTo(
    contestant: Contestant,
    runs: Runs,
    requests: number,
    troubles: ReadonlyArray<Trouble> = this.troubles
  ): Effect.Effect<Contestant, Unfinished> {
    return Effect.gen(this, function*() {
      const all = new Map(contestant.runs)
      for (const trouble of troubles) {
        const measures = [...(all.get(trouble) ?? [])]
        while (measures.length < runs(trouble)) {
          const next = yield* this.once(contestant.policy, trouble, measures.length, requests)
          if (next === undefined) break
          measures.push(next)
        }
        all.set(trouble, measures)
      }
      return { ...contestant, runs: all }
    })
  }

  /** Gives all contestants so many runs, in the order of their rank. */
  all(
    contestants: ReadonlyArray<Contestant>,
    runs: Runs,
    requests: number,
    troubles?: ReadonlyArray<Trouble>
  ): Effect.Effect<ReadonlyArray<Contestant>, Unfinished> {
    return Effect.forEach(contestants, (contestant) => this.upTo(contestant, runs, requests, troubles), {
      concurrency: 1
    })
  }
}

/** One figure of a contestant in a scenario, over its runs. */
export const figures = (
  contestant: Contestant,
  trouble: Trouble,
  of: "share" | "amplification" | "p99"
): ReadonlyArray<number> => (contestant.runs.get(trouble) ?? []).map((run) => run[of])

export const interval = (
  contestant: Contestant,
  trouble: Trouble,
  of: "share" | "amplification" | "p99"
): Interval => {
  const samples = figures(contestant, trouble, of)
  return samples.length === 0 ? { mean: 0, low: 0, high: 0 } : intervalOf(samples)
}

/** The weights of scenarios, of which the sum is 1; all 0 where no policy can succeed. */
export const weightIn = (troubles: ReadonlyArray<Trouble>) => {
  const all = troubles.reduce((sum, trouble) => sum + states[trouble].weight, 0)
  return (trouble: Trouble): number => all === 0 ? 0 : states[trouble].weight / all
}

/**
 * The mean share of successes in time, weighted over the scenarios: the goodput by which policies are compared, as a
 * share of the rate.
 */
export const goodput = (contestant: Contestant, troubles: ReadonlyArray<Trouble>): number => {
  const weight = weightIn(troubles)
  return troubles.reduce((sum, trouble) => sum + weight(trouble) * interval(contestant, trouble, "share").mean, 0)
}
