import { largestConcurrency } from "../../policy/Policy.ts"
import type { Facts } from "./Facts.ts"
import { bestQueue } from "./queueByTheory.ts"
import { keyOf, type Shape } from "./Shape.ts"

/** The values that each part of a policy may take. */
export interface Space {
  /** Whole milliseconds in increasing order, and last no timeout of attempts. */
  readonly timeouts: ReadonlyArray<number | undefined>
  readonly attempts: ReadonlyArray<number>
  readonly budgets: ReadonlyArray<number | undefined>
  readonly hedges: ReadonlyArray<number | undefined>
  /** Operations at once, smallest first. Empty where the capacity is unknown: no simulation shows their use then. */
  readonly limits: ReadonlyArray<number>
  /** The most operations that can wait and still be served in time. */
  readonly longestQueue: number
  /** The queue that theory prefers before as many permits as there are places; undefined without a capacity. */
  readonly queueOfTheory: number | undefined
}

/** The quantiles of the service time after which a copy may start: the rest is then doubled. */
const hedgeQuantiles = [0.9, 0.95, 0.99] as const

/**
 * Ratios of the budget, as shares of the extra attempts that are allowed; the burst takes up the rest. With less than
 * the bound allows, a budget is spent where a fifth of the attempts fail: 0.22 of 0.3 lost 2 % of the requests.
 */
const budgetShares = [0.95, 0.4] as const

/** Rounds a ratio to two digits, downwards. */
const twoDigits = (ratio: number): number => {
  const unit = 10 ** (Math.floor(Math.log10(ratio)) - 1)
  return Number((Math.floor(ratio / unit + 1e-9) * unit).toPrecision(2))
}

const distinct = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(values)]

/**
 * The number of operations at once that suffices in health. Little's law gives those under way on average; three
 * standard deviations of a Poisson count are added.
 */
export const littleLimit = ({ load }: Facts): number => Math.max(1, Math.ceil(load + 3 * Math.sqrt(load)))

/** The longest queue that is tried. Beyond, the requests that wait are those of a fleet. */
const mostWaiting = 2_000

/** The space of policies for a question. */
export const spaceOf = (facts: Facts): Space => {
  const { amplification, capacity } = facts.question
  const { mean, rate, within } = facts
  const extra = amplification - 1
  const known = facts.timeouts.flatMap(({ millis }) => millis === undefined ? [] : [millis])
    .toSorted((one, other) => one - other)
  const ratios = extra > 0 ? distinct(budgetShares.map((share) => twoDigits(Math.min(10, share * extra)))) : []
  const limits = capacity === undefined ? [] : distinct([capacity, littleLimit(facts)])
  const longestQueue = capacity === undefined
    ? 0
    : Math.min(mostWaiting, Math.max(1, Math.floor(within * capacity / mean)))
  return {
    timeouts: [...distinct(known), undefined],
    attempts: [1, 2, 3, 4],
    budgets: [...ratios, undefined],
    hedges: [...distinct(hedgeQuantiles.map((p) => Math.max(1, Math.round(facts.at(p))))), undefined],
    limits: limits.map((limit) => Math.min(largestConcurrency, limit)).toSorted((one, other) => one - other),
    longestQueue,
    queueOfTheory: capacity === undefined
      ? undefined
      : bestQueue({ rate, places: capacity, mean }, within, longestQueue)
  }
}

/** The shapes of attempts: every timeout with every number of attempts and budget, and every hedge. */
export const shapesOfAttempts = ({ attempts, budgets, hedges, timeouts }: Space): ReadonlyArray<Shape> => [
  ...timeouts.toReversed().flatMap((attemptTimeout) =>
    attempts.flatMap((attempts) =>
      (attempts === 1 ? [undefined] : budgets).map((budget): Shape => ({ attemptTimeout, attempts, budget }))
    )
  ),
  ...hedges.flatMap((hedgeAfter): ReadonlyArray<Shape> => hedgeAfter === undefined ? [] : [{ attempts: 1, hedgeAfter }])
]

/** A shape with some values changed. */
const changed = (shape: Shape, changes: Partial<Shape>): Shape => ({ ...shape, ...changes })

/** The share of the longest queue that is tried first, beside the queue of theory. */
const shortQueue = 0.1

/** Puts no limit, and each limit with some queues, around a shape. */
export const limited = (shape: Shape, { limits, longestQueue, queueOfTheory = 0 }: Space): ReadonlyArray<Shape> => [
  shape,
  ...limits.flatMap((limit) =>
    distinct([Math.round(shortQueue * longestQueue), queueOfTheory]).map((queue) => changed(shape, { limit, queue }))
  )
]

/** The values beside one in a list. */
const beside = <A>(values: ReadonlyArray<A>, value: A): ReadonlyArray<A> => {
  const place = values.indexOf(value)
  return place < 0 ? [] : values.filter((_, other) => Math.abs(other - place) === 1)
}

/** Steps of a whole number: one, and a quarter. */
const steps = (value: number, least: number, most: number): ReadonlyArray<number> =>
  distinct([value - 1, value + 1, Math.round(value * 0.75), Math.round(value * 1.25)])
    .filter((step) => step !== value && step >= least && step <= most)

/**
 * The shapes with another limit and as many operations admitted: a step of the limit or of the queue alone passes
 * through worse ones.
 */
const sameAdmitted = (shape: Shape, { limits, longestQueue }: Space): ReadonlyArray<Shape> => {
  const { limit, queue } = shape
  if (limit === undefined || queue === undefined) return []
  return limits.filter((other) => other !== limit).map((other) =>
    changed(shape, { limit: other, queue: Math.min(longestQueue, Math.max(0, queue + limit - other)) })
  )
}

/** The shapes that differ from a shape by one step of one part, or that admit as many operations. */
export const neighbours = (shape: Shape, space: Space): ReadonlyArray<Shape> => {
  const { attempts, attemptTimeout, budget, hedgeAfter, limit, queue } = shape
  const all: ReadonlyArray<Shape> = [
    ...beside(space.timeouts, attemptTimeout).map((attemptTimeout) => changed(shape, { attemptTimeout })),
    ...(hedgeAfter === undefined ? beside(space.attempts, attempts) : []).map((attempts) =>
      changed(shape, { attempts, budget: attempts === 1 ? undefined : budget ?? space.budgets[0] })
    ),
    ...(attempts === 1 ? [] : beside(space.budgets, budget)).map((budget) => changed(shape, { budget })),
    ...(attempts === 1 ? beside(space.hedges, hedgeAfter) : []).map((hedgeAfter) => changed(shape, { hedgeAfter })),
    ...(limit === undefined ? [] : steps(limit, 1, largestConcurrency).map((limit) => changed(shape, { limit }))),
    ...(queue === undefined ? [] : [...steps(queue, 0, space.longestQueue), space.queueOfTheory ?? queue])
      .map((queue) => changed(shape, { queue })),
    ...sameAdmitted(shape, space),
    limit === undefined
      ? changed(shape, {
        limit: space.limits[0],
        queue: space.limits[0] === undefined ? undefined : space.queueOfTheory
      })
      : changed(shape, { limit: undefined, queue: undefined })
  ]
  return all.filter((other, place) =>
    keyOf(other) !== keyOf(shape) && all.findIndex((one) => keyOf(one) === keyOf(other)) === place
  )
}
