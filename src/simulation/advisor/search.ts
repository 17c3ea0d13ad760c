import { Array as Arr, Effect } from "effect"
import type { Text } from "../../domain/Text.ts"
import { reasonAgainst } from "./arithmetic.ts"
import { limited, neighbours, shapesOfAttempts, type Space, spaceOf } from "./candidates.ts"
import { advantage } from "./comparisons.ts"
import { balanced, type Contest, type Contestant, countOf, goodput, type Runs } from "./Contest.ts"
import type { Facts } from "./Facts.ts"
import type { Unfinished } from "./measure.ts"
import type { Trouble } from "./Question.ts"
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
const ends = { screening: 0.25, climbing: 0.4 } as const

/** Runs of a contestant in each scenario of trouble, after the first comparison. */
const laterRuns = 2

const once: Runs = () => 1

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

/** Requests of a run at most. */
export const longestRunOf = ({ rate }: Facts): number => Math.min(requestsPerRun.most, Math.floor(longestRun * rate))

/** Contestants that go on after the first comparison of so many. */
const goOn = (count: number): number => Math.min(count, Math.max(finalists, Math.ceil(count * goingOn)))

/** Runs of the first comparison of so many contestants, and of the next one of those that go on. */
const screeningRuns = (count: number, troubles: ReadonlyArray<Trouble>): number => {
  const [first, later] = [countOf(once, troubles), countOf(balanced(laterRuns, troubles), troubles)]
  return Math.max(1, count * first + goOn(count) * (later - first))
}

/** The length of a run that leaves enough of the bound for everything. */
const requestsOf = ({ facts, most }: Contest, shapes: number, troubles: ReadonlyArray<Trouble>): number => {
  const perShape = (count: number) => Math.floor(most * ends.screening / screeningRuns(count, troubles))
  const wanted = Math.ceil(requestsPerRun.objectives * facts.rate * facts.within)
  const usual = Math.max(requestsPerRun.least, wanted, perShape(Math.max(candidates.usual, shapes)))
  return Math.min(longestRunOf(facts), usual, perShape(candidates.least))
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
    const to = (all: ReadonlyArray<Found>, runs: Runs) =>
      Effect.forEach(
        all,
        (one) => Effect.map(contest.upTo(one, runs, perRun, troubles), (more): Found => ({ ...one, ...more })),
        { concurrency: 1 }
      )
    const perRun = requestsOf(contest, left.length, troubles)
    const later = balanced(laterRuns, troubles)
    let most = Math.max(candidates.least, left.length)
    while (most > candidates.least && screeningRuns(most, troubles) * perRun > contest.most * ends.screening) most--
    const first = rank(yield* to(thinned(left, most).map(fresh(facts)), once))
    let found = rank(yield* to(first.slice(0, goOn(first.length)), later))
    const seen = new Set(found.map(({ shape }) => keyOf(shape)))
    const behind: Array<Found> = []
    for (let round = 0; round < rounds; round++) {
      const next = found.slice(0, climbers).flatMap(({ shape }) => neighbours(shape, space)).filter((shape) => {
        if (seen.has(keyOf(shape)) || reasonAgainst(shape, facts) !== undefined) return false
        seen.add(keyOf(shape))
        return true
      })
      // about half of the neighbours are no worse, and get the later runs too
      const cost = perRun * (countOf(once, troubles) + countOf(later, troubles)) / 2
      const affordable = Math.floor((contest.most * ends.climbing - contest.requests) / cost)
      if (next.length === 0 || affordable < 1) break
      const [best] = found
      const tried = yield* to(next.slice(0, affordable).map(fresh(facts)), once)
      const [worse, noWorse] = Arr.partition(
        tried,
        (one) => best === undefined || advantage(one, best, troubles).mean >= 0
      )
      behind.push(...worse)
      found = rank([...found, ...yield* to(noWorse, later)])
    }
    return { space, found: [...found, ...behind], discarded, perRun }
  })
