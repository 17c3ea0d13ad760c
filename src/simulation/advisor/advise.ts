import { Effect } from "effect"
import type { Advice } from "./Advice.ts"
import type { NoLatencies, ThinData } from "./AdviceRefused.ts"
import { choose } from "./choice.ts"
import { holds } from "./comparisons.ts"
import { Contest, type Contestant, type Progress } from "./Contest.ts"
import { evidenceOf } from "./evidence.ts"
import { factsOf } from "./Facts.ts"
import type { Unfinished } from "./measure.ts"
import { mayRunTwice, notesOf } from "./notes.ts"
import { type Question, type Recorded, troubles as everyTrouble, usualRequests } from "./Question.ts"
import { recordedOf } from "./recordedOf.ts"
import { discardedOf, rejectedOf } from "./rejections.ts"
import { finalists, search, type Searched } from "./search.ts"
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
const comparedUpTo = 0.85

/** Runs of each policy in the last comparison, from which its intervals are computed. */
const lastRuns = { least: 4, most: 30 } as const

/** Variations of service times for which the theory of exponential ones decides between queues. */
const nearExponential = { from: 0.5, to: 1.6 } as const

/** The best of the search, each after the same in a simpler form and with the concurrency that theory prefers. */
const finalistsOf = ({ facts }: Contest, { found, space: { queueOfTheory } }: Searched): ReadonlyArray<Contestant> => {
  const keys = new Set<string>()
  const once = (shape: Shape): ReadonlyArray<Contestant> => {
    if (keys.has(keyOf(shape))) return []
    keys.add(keyOf(shape))
    const known = found.find((one) => keyOf(one.shape) === keyOf(shape))
    return [known ?? { policy: policyOf(shape, facts.fixed), runs: new Map() }]
  }
  const withTheory = (shape: Shape): Shape =>
    shape.limit === undefined || queueOfTheory === undefined
      ? shape
      : { ...shape, limit: facts.question.capacity, queue: queueOfTheory }
  // without a retry, the total timeout may be enough
  const formsOf = (shape: Shape): ReadonlyArray<Shape> => {
    const forms = [withTheory(shape), shape]
    return shape.attempts === 1 ? [withTheory({ ...shape, attemptTimeout: undefined }), ...forms] : forms
  }
  return found.slice(0, finalists).flatMap(({ shape }) => formsOf(shape)).flatMap(once)
}

/** Runs the finalists, and the current policy first, as often as the bound allows; fewer finalists if it must be. */
const compared = (contest: Contest, all: ReadonlyArray<Contestant>, perRun: number) => {
  const left = contest.most * comparedUpTo - contest.requests
  const costOf = (runs: number) => runs * contest.troubles.length * perRun
  const places = Math.max(2, Math.floor(left / costOf(lastRuns.least)))
  const last = all.slice(0, places)
  const runs = Math.floor(left / costOf(1) / last.length)
  return contest.all(last, Math.min(lastRuns.most, Math.max(lastRuns.least, runs)), perRun)
}

const decide = (question: Question, contest: Contest): Effect.Effect<Advice, Unfinished> =>
  Effect.gen(function*() {
    const { facts, troubles } = contest
    const searched = yield* search(contest)
    const { perRun, space } = searched
    const { current } = question
    const own = finalistsOf(contest, searched)
    const isFound = current !== undefined && own.some(({ policy }) => samePolicy(policy, current))
    const given = current === undefined || isFound ? [] : [{ policy: current, runs: new Map() }]
    const last = yield* compared(contest, [...given, ...own], perRun)
    const present = current && last.find(({ policy }) => samePolicy(policy, current))
    // a policy that runs twice what must run once is no choice, however it fares
    const isAdmissible = present === undefined || question.idempotent || !mayRunTwice(present.policy)
    const eligible = last.filter((one) => isAdmissible || one !== present)
    const isNear = facts.variation >= nearExponential.from && facts.variation <= nearExponential.to
    const theory = space.queueOfTheory === undefined || question.capacity === undefined || !isNear
      ? undefined
      : { limit: question.capacity, queue: space.queueOfTheory }
    const choice = choose(eligible, question, troubles, isAdmissible ? present : undefined, theory)
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
      rejected: rejectedOf(choice, chosen, present, searched, facts, troubles),
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
