import { Effect, Either } from "effect"
import type { Policy } from "../../src/policy/Policy.ts"
import { shapesOfAttempts, spaceOf } from "../../src/simulation/advisor/candidates.ts"
import { keepsAmplification } from "../../src/simulation/advisor/comparisons.ts"
import { balanced, Contest, type Contestant, goodput } from "../../src/simulation/advisor/Contest.ts"
import { type Facts, factsOf } from "../../src/simulation/advisor/Facts.ts"
import { type Question, troubles } from "../../src/simulation/advisor/Question.ts"
import { recordedOf } from "../../src/simulation/advisor/recordedOf.ts"
import { policyOf, type Shape } from "../../src/simulation/advisor/Shape.ts"

/** Queues of the grid, as shares of the longest that can be served in time. */
const queues = [0, 0.1, 0.25, 0.5, 0.75] as const

/** A shape behind a limit with a queue. */
const queued = (shape: Shape, limit: number, queue: number): Shape => ({ ...shape, limit, queue: Math.round(queue) })

const withQueues = (shape: Shape, limit: number, longest: number): ReadonlyArray<Shape> =>
  queues.map((share) => queued(shape, limit, share * longest))

/** Every combination of values, whatever arithmetic says of it; only what must not run twice never does. */
const gridOf = (facts: Facts): ReadonlyArray<Shape> => {
  const space = spaceOf(facts)
  const { limits: [limit], longestQueue } = space
  return shapesOfAttempts(space)
    .filter(({ attempts, hedgeAfter }) => facts.question.idempotent || (attempts === 1 && hedgeAfter === undefined))
    .flatMap((shape) => [shape].concat(limit === undefined ? [] : withQueues(shape, limit, longestQueue)))
}

/** Runs of the grid and of its best ones. Each comparison takes other seeds than the one that chose its entrants. */
const rounds = [{ keep: 20, runs: 1 }, { keep: 2, runs: 4 }] as const

const apart = 1_000_000

const contestOf = (facts: Facts, seed: number) => new Contest(facts, { seed, most: Infinity, troubles })

const fresh = (policy: Policy): Contestant => ({ policy, runs: new Map() })

/** The states in which a policy can succeed. */
export const judged = troubles.filter((trouble) => trouble !== "dead")

const admitted = (question: Question) => (contestant: Contestant) =>
  troubles.every((trouble) => keepsAmplification(contestant, trouble, question))

/** Runs policies under seeds that nothing before has used. */
export const unseen = (
  question: Question,
  policies: ReadonlyArray<Policy>,
  { perRun, runs }: { readonly perRun: number; readonly runs: number }
) => {
  const recorded = Either.getOrUndefined(recordedOf(question, undefined))
  const contest = contestOf(factsOf(question, recorded), 3 * apart + (question.seed ?? 0))
  return contest.all(policies.map(fresh), balanced(runs, judged), perRun, judged)
}

/** The best of all combinations, found by brute force. */
export const bestOfGrid = (question: Question, perRun: number) =>
  Effect.gen(function*() {
    const facts = factsOf(question, undefined)
    let left = gridOf(facts).map((shape) => policyOf(shape, facts.fixed))
    for (const [round, { keep, runs }] of rounds.entries()) {
      const contest = contestOf(facts, (round + 1) * apart + (question.seed ?? 0))
      const tried = yield* contest.all(left.map(fresh), () => runs, perRun)
      left = tried.filter(admitted(question))
        .toSorted((one, other) => goodput(other, judged) - goodput(one, judged))
        .slice(0, keep).map(({ policy }) => policy)
    }
    return left
  })
