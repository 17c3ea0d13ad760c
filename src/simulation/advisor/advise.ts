import { Effect } from "effect"
import type { Policy } from "../../policy/Policy.ts"
import type { Advice } from "./Advice.ts"
import type { NoLatencies, ThinData } from "./AdviceRefused.ts"
import { choose, stillInRace } from "./choice.ts"
import { holds } from "./comparisons.ts"
import { balanced, Contest, type Contestant, countOf, type Progress } from "./Contest.ts"
import { evidenceOf } from "./evidence.ts"
import { factsOf } from "./Facts.ts"
import type { Unfinished } from "./measure.ts"
import { mayRunTwice, notesOf } from "./notes.ts"
import { type Question, type Recorded, troubles as everyTrouble, usualRequests } from "./Question.ts"
import { recordedOf } from "./recordedOf.ts"
import { discardedOf, rejectedOf } from "./rejections.ts"
import { finalists, longestRunOf, search, type Searched } from "./search.ts"
import { seen } from "./seen.ts"
import { sensitivity } from "./sensitivity.ts"
import { keyOf, policyOf, samePolicy, type Shape } from "./Shape.ts"
import { summary } from "./words.ts"

export interface AdviseOptions {
  /** The times that the question names: those of its file, or those that the server measured. */
  readonly recorded?: Recorded | undefined
  /** Learns how many requests were simulated, before each run. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** The share of all requests at which the last comparison ends. The rest is for changes of the chosen policy. */
const comparedUpTo = 0.9

/** Runs of the last comparison are longer than those of the search: in short ones, a growing queue does little harm. */
const longer = 2

/** Runs in each scenario of trouble: of all finalists, of those left in each round after it, and at most. */
const lastRuns = { first: 4, step: 4, most: 32 } as const

/** Variations of service times for which the theory of exponential ones decides between queues. */
const nearExponential = { from: 0.5, to: 1.6 } as const

/** The best of the search, each after the same in a simpler form and with the concurrency that theory prefers. */
const finalistsOf = ({ facts }: Contest, { found, space: { queueOfTheory } }: Searched): ReadonlyArray<Policy> => {
  const withTheory = (shape: Shape): Shape =>
    shape.limit === undefined || queueOfTheory === undefined
      ? shape
      : { ...shape, limit: facts.question.capacity, queue: queueOfTheory }
  // without a retry, the total timeout may be enough
  const formsOf = (shape: Shape): ReadonlyArray<Shape> => {
    const forms = [withTheory(shape), shape]
    return shape.attempts === 1 ? [withTheory({ ...shape, attemptTimeout: undefined }), ...forms] : forms
  }
  const shapes = new Map(
    found.slice(0, finalists).flatMap(({ shape }) => formsOf(shape)).map((shape) => [keyOf(shape), shape])
  )
  return [...shapes.values()].map((shape) => policyOf(shape, facts.fixed))
}

/** The policies of the last comparison: those among which to choose, and those that fell behind before its end. */
interface Raced {
  readonly left: ReadonlyArray<Contestant>
  readonly behind: ReadonlyArray<Contestant>
}

/**
 * Runs the finalists, and the current policy first, round by round while the bound allows it. Those that are proven
 * worse drop out, so the others get more runs; the current policy stays, as evidence.
 */
const raced = (
  contest: Contest,
  policies: ReadonlyArray<Policy>,
  perRun: number,
  isCurrent: (contestant: Contestant) => boolean,
  isEligible: (contestant: Contestant) => boolean
): Effect.Effect<Raced, Unfinished> =>
  Effect.gen(function*() {
    const { facts: { question }, troubles } = contest
    const costOf = (count: number, runs: number) => count * countOf(balanced(runs, troubles), troubles) * perRun
    const affordable = () => contest.most * comparedUpTo - contest.requests
    const places = Math.max(2, Math.floor(affordable() / costOf(1, lastRuns.first)))
    const entrants = policies.slice(0, places).map((policy): Contestant => ({ policy, runs: new Map() }))
    let left = yield* contest.all(entrants, balanced(lastRuns.first, troubles), perRun)
    const behind: Array<Contestant> = []
    for (let runs = lastRuns.first + lastRuns.step; runs <= lastRuns.most; runs += lastRuns.step) {
      const stay = new Set(stillInRace(left.filter(isEligible), question, troubles))
      behind.push(...left.filter((one) => !stay.has(one) && !isCurrent(one)))
      left = left.filter((one) => stay.has(one) || isCurrent(one))
      if (costOf(left.length, lastRuns.step) > affordable()) break
      left = yield* contest.all(left, balanced(runs, troubles), perRun)
    }
    return { left, behind }
  })

const decide = (question: Question, contest: Contest): Effect.Effect<Advice, Unfinished> =>
  Effect.gen(function*() {
    const { facts, troubles } = contest
    const searched = yield* search(contest)
    const { space } = searched
    const perRun = Math.min(longestRunOf(facts), longer * searched.perRun)
    const { current } = question
    const own = finalistsOf(contest, searched)
    const isCurrent = ({ policy }: Contestant) => current !== undefined && samePolicy(policy, current)
    const entrants = current === undefined
      ? own
      : [current, ...own.filter((policy) => !samePolicy(policy, current))]
    // a policy that runs twice what must run once is no choice, however it fares
    const isEligible = (one: Contestant) => question.idempotent || !mayRunTwice(one.policy)
    const { behind, left } = yield* raced(contest, entrants, perRun, isCurrent, isEligible)
    const present = left.find(isCurrent)
    const isNear = facts.variation >= nearExponential.from && facts.variation <= nearExponential.to
    const theory = space.queueOfTheory === undefined || question.capacity === undefined || !isNear
      ? undefined
      : { limit: question.capacity, queue: space.queueOfTheory }
    const measure = present !== undefined && isEligible(present) ? present : undefined
    const choice = choose(left.filter(isEligible), question, troubles, measure, theory)
    const rejected = [...choice.rejected, ...behind.map((contestant) => ({ contestant, ground: "goodput" as const }))]
    // one attempt under a timeout is never discarded, so there is a choice
    const chosen = choice.chosen ?? { policy: policyOf({ attempts: 1 }, facts.fixed), runs: new Map() }
    const keptIn = troubles.filter((trouble) => holds(chosen, trouble, question))
    return {
      ...(question.name === undefined ? {} : { name: question.name }),
      seed: contest.seed,
      objective: question.objective,
      policy: chosen.policy,
      sentence: summary(chosen, question, present === chosen),
      notes: notesOf(chosen, present, facts, troubles, perRun),
      upstream: seen(facts),
      evidence: evidenceOf(chosen, present, question, troubles),
      rejected: rejectedOf(rejected, chosen, present, searched, facts, troubles),
      discarded: discardedOf(searched, facts),
      breaks: yield* sensitivity(contest, chosen.policy, new Set(keptIn), perRun),
      requests: contest.requests
    }
  })

/**
 * Advises a policy for an upstream, with its evidence. Discards by arithmetic, simulates the rest in health and in
 * trouble under the same chance, chooses at the pessimistic end, and tries how far the choice holds. The same question
 * and seed give the same advice. Simulates no more requests than the question allows; an interruption stops it within
 * milliseconds.
 */
export const advise = (
  question: Question,
  options: AdviseOptions = {}
): Effect.Effect<Advice, NoLatencies | Unfinished | ThinData> =>
  Effect.flatMap(recordedOf(question, options.recorded), (recorded) =>
    decide(
      question,
      new Contest(factsOf(question, recorded), {
        seed: question.seed ?? 1,
        most: question.requests ?? usualRequests,
        troubles: everyTrouble.filter((trouble) => question.scenarios?.includes(trouble) ?? true),
        onProgress: options.onProgress
      })
    ))
