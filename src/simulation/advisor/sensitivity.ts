import { Effect } from "effect"
import { type Text, text } from "../../domain/Text.ts"
import type { Policy } from "../../policy/Policy.ts"
import type { Break } from "./Advice.ts"
import { changedPolicies } from "./changedPolicies.ts"
import type { Contest } from "./Contest.ts"
import type { Facts } from "./Facts.ts"
import type { Measure, Unfinished } from "./measure.ts"
import type { Trouble } from "./Question.ts"
import { worseWorlds } from "./worseWorlds.ts"

/** Factors by which each value of the policy is changed. */
const factors = [0.5, 0.75, 1.25, 1.5] as const

/** A change of the world, or of one value of the policy. */
interface Change {
  readonly says: Text
  readonly policy: Policy
  readonly facts: Facts
}

const signed = (factor: number): string => `${factor > 1 ? "+" : "-"}${Math.abs(Math.round((factor - 1) * 100))} %`

const ofValues = (policy: Policy, facts: Facts): ReadonlyArray<Change> =>
  factors.flatMap((factor) =>
    changedPolicies(policy, factor).map(([path, policy]) => {
      const says = `${path} ${signed(factor)}`
      return { says: text(says, says), policy, facts }
    })
  ).toSorted((one, other) => one.says.en < other.says.en ? -1 : 1)

const ofWorld = (policy: Policy, facts: Facts): ReadonlyArray<Change> =>
  worseWorlds(facts).map(({ facts, says }) => ({ says, policy, facts }))

/** A run's share that is below the objective by less than chance explains is no break: two standard errors. */
const tolerance = (share: number, counted: number): number => 2 * Math.sqrt(share * (1 - share) / Math.max(1, counted))

/** Retries that the burst of a budget lets through. */
const burst = 10

/**
 * Tries the chosen policy with each of its values changed, and in worse worlds, one run a scenario with the seed of the
 * first run. Ends early where no requests are left.
 */
export const sensitivity = (
  contest: Contest,
  policy: Policy,
  held: ReadonlySet<Trouble>,
  mostPerRun: number
): Effect.Effect<ReadonlyArray<Break>, Unfinished> =>
  Effect.gen(function*() {
    const found: Array<Break> = []
    const { question: { amplification, objective: { share } } } = contest.facts
    const breaks = (trouble: Trouble, run: Measure) =>
      held.has(trouble) && run.share < share - tolerance(share, run.counted) ||
      run.amplification > amplification + burst / Math.max(1, run.counted)
    const changes = [...ofValues(policy, contest.facts), ...ofWorld(policy, contest.facts)]
    const affordable = Math.floor((contest.most - contest.requests) / changes.length / contest.troubles.length)
    const perRun = Math.max(1, Math.min(mostPerRun, affordable))
    for (const change of changes) {
      const runs: Array<readonly [Trouble, Measure]> = []
      for (const trouble of contest.troubles) {
        const run = yield* contest.once(change.policy, trouble, 0, perRun, change.facts)
        if (run === undefined) return found
        runs.push([trouble, run])
      }
      found.push({
        change: change.says,
        shares: Object.fromEntries(runs.map(([trouble, run]) => [trouble, run.share])),
        amplification: runs.reduce((most, [, run]) => Math.max(most, run.amplification), 0),
        breaks: runs.flatMap(([trouble, run]) => breaks(trouble, run) ? [trouble] : [])
      })
    }
    return found
  })
