import { advantage, difference, holds, isWorse, keepsAmplification } from "./comparisons.ts"
import { type Contestant, goodput, interval } from "./Contest.ts"
import type { Question, Trouble } from "./Question.ts"
import { partsOf } from "./Shape.ts"

/** Differences that nobody would notice, as shares of the better value. */
const indifferent = { goodput: 0.0025, p99: 0.05, load: 0.01 } as const

/** The greatest loss of goodput that counts as none where the runs do not tell it from chance. */
const mostUnproven = 0.005

const load = (contestant: Contestant, troubles: ReadonlyArray<Trouble>): number =>
  troubles.reduce((sum, trouble) => sum + interval(contestant, trouble, "amplification").mean, 0)

/** The reason for which a contestant falls behind the chosen one. */
export type Ground = "amplification" | "current" | "objective" | "theory" | "goodput" | "p99" | "load" | "parts"

interface Rule {
  readonly ground: Ground
  /** Keeps the best ones. */
  readonly keep: (contestants: ReadonlyArray<Contestant>) => ReadonlyArray<Contestant>
}

const leastOf =
  (value: (contestant: Contestant) => number, tolerance: number) => (contestants: ReadonlyArray<Contestant>) => {
    const least = Math.min(...contestants.map(value))
    return contestants.filter((contestant) => value(contestant) <= least * (1 + tolerance))
  }

const mostOf =
  (value: (contestant: Contestant) => number, tolerance: number) => (contestants: ReadonlyArray<Contestant>) => {
    const most = Math.max(...contestants.map(value))
    return contestants.filter((contestant) => value(contestant) >= most * (1 - tolerance))
  }

/** Keeps those whose goodput is about the best, or cannot be told from it. */
const withMostGoodput = (troubles: ReadonlyArray<Trouble>) => (all: ReadonlyArray<Contestant>) => {
  const [best] = all.toSorted((one, other) => goodput(other, troubles) - goodput(one, troubles))
  if (best === undefined) return all
  const most = goodput(best, troubles)
  return all.filter((one) => {
    const { low, mean } = advantage(best, one, troubles)
    return mean <= most * indifferent.goodput || (mean <= most * mostUnproven && low <= 0)
  })
}

const p99Of = (contestant: Contestant) => interval(contestant, "healthy", "p99").mean

/** Keeps those whose p99 in health is about the least, or cannot be told from it. */
const withLeastP99 = (all: ReadonlyArray<Contestant>) => {
  const [best] = all.toSorted((one, other) => p99Of(one) - p99Of(other))
  if (best === undefined) return all
  return all.filter((one) =>
    p99Of(one) <= p99Of(best) * (1 + indifferent.p99) || difference(one, best, "healthy", "p99").low <= 0
  )
}

/** A concurrency of operations with a queue. */
export interface Queued {
  readonly limit: number
  readonly queue: number
}

const queueOf = ({ policy: { concurrency } }: Contestant): Queued | undefined =>
  typeof concurrency === "object" && typeof concurrency.limit === "number" && concurrency.queue !== undefined
    ? { limit: concurrency.limit, queue: concurrency.queue }
    : undefined

/** Counts the scenarios in which the objective is held. */
const heldIn = (one: Contestant, question: Question, troubles: ReadonlyArray<Trouble>): number =>
  troubles.filter((trouble) => holds(one, trouble, question)).length

/** True if a contestant's attempts are within the bound in every scenario. */
const isBounded = (question: Question, troubles: ReadonlyArray<Trouble>) => (contestant: Contestant): boolean =>
  troubles.every((trouble) => keepsAmplification(contestant, trouble, question))

/**
 * Keeps the contestants that may still be chosen. Those go whose goodput is proven to be less than that of the best
 * with attempts within the bound, unless they hold the objective in more scenarios.
 */
export const stillInRace = (
  all: ReadonlyArray<Contestant>,
  question: Question,
  troubles: ReadonlyArray<Trouble>
): ReadonlyArray<Contestant> => {
  const [best] = all.filter(isBounded(question, troubles))
    .toSorted((one, other) => goodput(other, troubles) - goodput(one, troubles))
  return best === undefined ? all : all.filter((one) =>
    advantage(best, one, troubles).low <= 0 ||
    heldIn(one, question, troubles) > heldIn(best, question, troubles)
  )
}

/** A name for everything of a policy but its concurrency. */
const family = ({ policy: { concurrency: _, ...others } }: Contestant): string => JSON.stringify(others)

/**
 * Prefers the concurrency of theory to others that the simulation cannot tell from it: the optimum is flat, and to see
 * it would take millions of requests.
 */
const preferTheory =
  (theory: Queued | undefined, troubles: ReadonlyArray<Trouble>) =>
  (all: ReadonlyArray<Contestant>): ReadonlyArray<Contestant> => {
    const isPreferred = (one: Contestant) => {
      const own = queueOf(one)
      return own !== undefined && own.limit === theory?.limit && own.queue === theory.queue
    }
    return all.filter((one) => {
      if (queueOf(one) === undefined || isPreferred(one)) return true
      const preferred = all.find((other) => isPreferred(other) && family(other) === family(one))
      return preferred === undefined || advantage(one, preferred, troubles).low > 0
    })
  }

const rulesOf = (
  question: Question,
  troubles: ReadonlyArray<Trouble>,
  current: Contestant | undefined,
  theory: Queued | undefined
): ReadonlyArray<Rule> => {
  const bounded = isBounded(question, troubles)
  // a current policy beyond the bound of attempts is no measure: others cannot do as much with fewer
  const measureOf = current !== undefined && bounded(current) ? current : undefined
  return [
    { ground: "amplification", keep: (all) => all.filter(bounded) },
    {
      ground: "current",
      keep: (all) =>
        measureOf === undefined
          ? all
          : all.filter((one) => one === current || !troubles.some((trouble) => isWorse(one, measureOf, trouble)))
    },
    {
      ground: "objective",
      keep: mostOf((one) => heldIn(one, question, troubles), 0)
    },
    { ground: "theory", keep: preferTheory(theory, troubles) },
    { ground: "goodput", keep: withMostGoodput(troubles) },
    { ground: "p99", keep: withLeastP99 },
    { ground: "load", keep: leastOf((one) => load(one, troubles), indifferent.load) },
    { ground: "parts", keep: leastOf(({ policy }) => partsOf(policy), 0) }
  ]
}

/** The chosen contestant, and the others with the rule that decided against them. */
export interface Choice {
  readonly chosen: Contestant | undefined
  readonly rejected: ReadonlyArray<{ readonly contestant: Contestant; readonly ground: Ground }>
}

/**
 * Chooses by one rule after the other. Attempts must be within the bound, and nothing worse than the current policy.
 * The objective shall hold in most scenarios at the pessimistic end. Then count the queue of theory, goodput, p99,
 * load, and the fewest parts.
 */
export const choose = (
  contestants: ReadonlyArray<Contestant>,
  question: Question,
  troubles: ReadonlyArray<Trouble>,
  current: Contestant | undefined,
  theory: Queued | undefined
): Choice => {
  const rejected: Array<{ readonly contestant: Contestant; readonly ground: Ground }> = []
  let left = contestants
  for (const { ground, keep } of rulesOf(question, troubles, current, theory)) {
    const kept = keep(left)
    // a rule that nobody keeps decides nothing
    if (kept.length === 0) continue
    for (const contestant of left) if (!kept.includes(contestant)) rejected.push({ contestant, ground })
    left = kept
  }
  const [chosen, ...equal] = left.toSorted((one, other) => goodput(other, troubles) - goodput(one, troubles))
  return {
    chosen,
    rejected: [...equal.map((contestant) => ({ contestant, ground: "goodput" as const })), ...rejected]
  }
}
