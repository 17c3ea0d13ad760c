import { Effect } from "effect"
import type { Text } from "../../domain/Text.ts"
import { reasonAgainst } from "./arithmetic.ts"
import { limited, neighbours, shapesOfAttempts, type Space, spaceOf } from "./candidates.ts"
import { type Contest, type Contestant, goodput } from "./Contest.ts"
import type { Facts } from "./Facts.ts"
import type { Unfinished } from "./measure.ts"
import { keyOf, policyOf, type Shape } from "./Shape.ts"

/** A contestant that the search made. */
export interface Found extends Contestant {
  readonly shape: Shape
}

/** A policy that arithmetic rules out. */
export interface Discarded {
  readonly shape: Shape
  readonly reason: Text
}

export interface Searched {
  readonly space: Space
  /** The best, best first. */
  readonly found: ReadonlyArray<Found>
  readonly discarded: ReadonlyArray<Discarded>
  /** Requests of one run. */
  readonly perRun: number
}

/** Shares of all requests at which the parts of the search end. */
const ends = { screening: 0.3, climbing: 0.6 } as const

/** Runs of a contestant: in the first comparison, and in those after it. */
const runs = { first: 1, later: 3 } as const

/** The share of contestants that goes on after the first comparison; successive halving keeps a part and doubles. */
const goingOn = 1 / 4

/** Contestants whose neighbours are tried, rounds of that at most, and contestants that reach the end. */
const climbers = 2
const rounds = 8
export const finalists = 6

/** Requests of one run: fewer show nothing, more gain little. A run should last some times the objective. */
const requestsPerRun = { least: 200, most: 20_000, objectives: 5 } as const

/** Milliseconds of virtual time of a run: 50 days, half of what a run may take. */
const longestRun = 50 * 86_400_000

/** Policies of the first comparison for which a run is reckoned: at least, and usually. */
const candidates = { least: 8, usual: 40 } as const

/** The shapes that arithmetic leaves, and those that it discards. */
const sorted = (facts: Facts, space: Space) => {
  const shapes = shapesOfAttempts(space)
  const kept: Array<Shape> = []
  const discarded: Array<Discarded> = []
  for (const shape of shapes) {
    // a limit may save a shape from overload, and from nothing else
    const reason = reasonAgainst({ ...shape, limit: space.limits[0] }, facts)
    if (reason === undefined) kept.push(...limited(shape, space))
    else discarded.push({ shape, reason })
  }
  const left: Array<Shape> = []
  for (const shape of kept) {
    const reason = reasonAgainst(shape, facts)
    if (reason === undefined) left.push(shape)
    else discarded.push({ shape, reason })
  }
  return { left, discarded }
}

/** Thins a list to at most so many, evenly; the first stays. */
const thinned = <A>(values: ReadonlyArray<A>, most: number): ReadonlyArray<A> =>
  values.length <= most
    ? values
    : Array.from({ length: most }, (_, place) => values.slice(Math.floor(place * values.length / most))[0]).flatMap(
      (value) => value === undefined ? [] : [value]
    )

/** The length of a run that leaves enough of the bound for everything. */
const requestsOf = ({ facts, most }: Contest, shapes: number, troubles: number): number => {
  const perShape = (count: number) =>
    Math.floor(
      most * ends.screening / Math.max(1, troubles) / count / (runs.first + goingOn * (runs.later - runs.first))
    )
  const wanted = Math.ceil(requestsPerRun.objectives * facts.rate * facts.within)
  const usual = Math.max(requestsPerRun.least, wanted, perShape(Math.max(candidates.usual, shapes)))
  return Math.min(requestsPerRun.most, usual, perShape(candidates.least), Math.floor(longestRun * facts.rate))
}

const fresh = (facts: Facts) => (shape: Shape): Found => ({
  shape,
  policy: policyOf(shape, facts.fixed),
  runs: new Map()
})

/**
 * Searches the space of policies. All that arithmetic leaves are compared with one seed, the better ones with more
 * (successive halving), and then the neighbours of the best. Ranks by goodput; arithmetic has bounded the attempts.
 */
export const search = (contest: Contest): Effect.Effect<Searched, Unfinished> =>
  Effect.gen(function*() {
    const { facts } = contest
    const space = spaceOf(facts)
    const { discarded, left } = sorted(facts, space)
    // where all fail, only the attempts differ, which arithmetic has bounded
    const troubles = contest.troubles.filter((trouble) => trouble !== "dead")
    const rank = (all: ReadonlyArray<Found>) =>
      all.toSorted((one, other) => goodput(other, troubles) - goodput(one, troubles))
    const to = (all: ReadonlyArray<Found>, count: number) =>
      Effect.forEach(
        all,
        (one) => Effect.map(contest.upTo(one, count, perRun, troubles), (more): Found => ({ ...one, ...more })),
        { concurrency: 1 }
      )
    const perRun = requestsOf(contest, left.length, troubles.length)
    const costOf = (count: number) => count * troubles.length * perRun
    const screened = contest.most * ends.screening
    const most = Math.max(
      candidates.least,
      Math.floor(screened / costOf(runs.first + goingOn * (runs.later - runs.first)))
    )
    const first = rank(yield* to(thinned(left, most).map(fresh(facts)), runs.first))
    let found = rank(yield* to(first.slice(0, Math.max(finalists, Math.ceil(first.length * goingOn))), runs.later))
    const seen = new Set(found.map(({ shape }) => keyOf(shape)))
    for (let round = 0; round < rounds; round++) {
      const next = found.slice(0, climbers).flatMap(({ shape }) => neighbours(shape, space)).filter((shape) => {
        if (seen.has(keyOf(shape)) || reasonAgainst(shape, facts) !== undefined) return false
        seen.add(keyOf(shape))
        return true
      })
      const affordable = Math.floor((contest.most * ends.climbing - contest.requests) / costOf(runs.later))
      if (next.length === 0 || affordable < 1) break
      found = rank([...found, ...yield* to(next.slice(0, affordable).map(fresh(facts)), runs.later)])
    }
    return { space, found, discarded, perRun }
  })
