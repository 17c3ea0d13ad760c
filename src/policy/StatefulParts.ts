import { Effect } from "effect"
import { AdaptiveLimit } from "./AdaptiveLimit.ts"
import { Breaker } from "./Breaker.ts"
import * as FairSemaphore from "./FairSemaphore.ts"
import { concurrencyOf, largestConcurrency, type NamedPolicy } from "./Policy.ts"
import * as PolicyCounters from "./PolicyCounters.ts"
import { RateLimit } from "./RateLimit.ts"
import { refuse } from "./refuse.ts"
import { RetryBudget } from "./RetryBudget.ts"

/** The parts of a policy that keep state for all its operations. */
export interface StatefulParts {
  readonly named: NamedPolicy
  readonly counters: PolicyCounters.PolicyCounters
  readonly parties: FairSemaphore.FairSemaphore
  readonly breaker: Breaker | undefined
  readonly budget: RetryBudget | undefined
  readonly rateLimit: RateLimit | undefined
  readonly adaptive: AdaptiveLimit | undefined
}

/** Makes the parts of a policy that keep state, as of a new process. */
export const make = (named: NamedPolicy): Effect.Effect<StatefulParts> => {
  const { name, policy } = named
  const { limit = largestConcurrency, maxWait, order, queue } = concurrencyOf(policy) ?? {}
  const adaptive = typeof limit === "number" ? undefined : new AdaptiveLimit(limit)
  const permits = typeof limit === "number" ? limit : limit.initial
  const budget = policy.retry?.budget ?? policy.hedge?.budget
  const counters = PolicyCounters.make()
  return Effect.map(
    FairSemaphore.make(permits, {
      policy: name,
      queue,
      maxWait,
      newestFirst: order === "lifo",
      refuse: (reason) => refuse(named, counters, reason)
    }),
    (parties) => ({
      named,
      counters,
      parties,
      breaker: policy.breaker && new Breaker(policy.breaker),
      budget: budget && new RetryBudget(budget),
      rateLimit: policy.rateLimit && new RateLimit(policy.rateLimit),
      adaptive
    })
  )
}
