import type { Discarded, Rejected } from "./Advice.ts"
import { neighbours } from "./candidates.ts"
import type { Choice, Ground } from "./choice.ts"
import type { Contestant } from "./Contest.ts"
import { figuresOf } from "./evidence.ts"
import type { Facts } from "./Facts.ts"
import type { Trouble } from "./Question.ts"
import type { Searched } from "./search.ts"
import { keyOf, policyOf, samePolicy } from "./Shape.ts"
import { whyNot } from "./words.ts"

/** Discarded and rejected policies that an advice lists at most, each. */
const mostListed = 40

/** The first runs of a contestant, for a comparison with one that has no more. */
const firstRuns = (contestant: Contestant, than: Contestant): Contestant => ({
  ...contestant,
  runs: new Map(
    [...contestant.runs].map(([trouble, runs]) => [trouble, runs.slice(0, (than.runs.get(trouble) ?? []).length)])
  )
})

/** Lists the policies that were simulated to the end, and the neighbours of the chosen one, each with its reason. */
export const rejectedOf = (
  rejected: Choice["rejected"],
  chosen: Contestant,
  current: Contestant | undefined,
  { found, space }: Searched,
  { question }: Facts,
  troubles: ReadonlyArray<Trouble>
): ReadonlyArray<Rejected> => {
  const listed = (contestant: Contestant, than: Contestant, ground: Ground): Rejected => {
    const { policy } = contestant
    const reason = whyNot(ground, contestant, than, question, troubles, current)
    return troubles.includes("healthy")
      ? { policy, reason, healthy: figuresOf(contestant, "healthy", question) }
      : { policy, reason }
  }
  const last = rejected.map(({ contestant, ground }) => listed(contestant, firstRuns(chosen, contestant), ground))
  const own = found.find(({ policy }) => samePolicy(policy, chosen.policy))
  const beside = new Set(own === undefined ? [] : neighbours(own.shape, space).map(keyOf))
  const compared = [chosen, ...rejected.map(({ contestant }) => contestant)]
  const others = found.filter(({ policy, shape }) =>
    beside.has(keyOf(shape)) && !compared.some((one) => samePolicy(one.policy, policy))
  ).flatMap((one) => own === undefined ? [] : [listed(one, firstRuns(own, one), "goodput")])
  return [...last, ...others].slice(0, mostListed)
}

/** Lists the policies that arithmetic ruled out, one of each reason first. */
export const discardedOf = ({ discarded }: Searched, { fixed }: Facts): ReadonlyArray<Discarded> => {
  const reasons = new Set<string>()
  const isNew = (reason: string) => !reasons.has(reason) && reasons.add(reason).has(reason)
  const [firsts, others] = [discarded.filter(({ reason }) => isNew(reason.en)), discarded]
  return [...new Set([...firsts, ...others])].slice(0, mostListed)
    .map(({ reason, shape }) => ({ policy: policyOf(shape, fixed), reason }))
}
