import { Duration } from "effect"
import { longest } from "../../policy/DurationText.ts"
import { largestConcurrency, type Policy } from "../../policy/Policy.ts"

/** A policy with one of its values changed, named by its path. */
type Changed = readonly [path: string, policy: Policy]

const times = (duration: Duration.Duration, factor: number) =>
  Duration.millis(Math.max(1, Math.round(Duration.toMillis(duration) * factor)))

/** A whole number changed by a factor, by one at least where it can be. */
const counted = (value: number, factor: number, least: number, most: number): number => {
  const changed = factor > 1 ? Math.ceil(value * factor) : Math.floor(value * factor)
  return Math.min(most, Math.max(least, changed))
}

const ofRetry = (policy: Policy, factor: number): ReadonlyArray<Changed> => {
  const { retry } = policy
  if (retry === undefined) return []
  const { backoff, budget } = retry
  const base = Duration.min(longest, times(backoff.base, factor))
  return [
    ["retry.attempts", { ...policy, retry: { ...retry, attempts: counted(retry.attempts, factor, 1, 20) } }],
    ["retry.backoff.base", { ...policy, retry: { ...retry, backoff: { ...backoff, base } } }],
    ...(budget === undefined ? [] : [
      [
        "retry.budget.ratio",
        { ...policy, retry: { ...retry, budget: { ...budget, ratio: Math.min(10, budget.ratio * factor) } } }
      ] as const
    ])
  ]
}

const ofConcurrency = (policy: Policy, factor: number): ReadonlyArray<Changed> => {
  const { concurrency } = policy
  if (concurrency === undefined) return []
  const { limit, ...others } = typeof concurrency === "number" ? { limit: concurrency } : concurrency
  if (typeof limit !== "number") return []
  const queue = "queue" in others ? others.queue : undefined
  const changed = counted(limit, factor, 1, largestConcurrency)
  return [
    ["concurrency.limit", { ...policy, concurrency: { ...others, limit: changed } }],
    ...(queue === undefined ? [] : [
      [
        "concurrency.queue",
        { ...policy, concurrency: { ...others, limit, queue: counted(queue, factor, 0, 1_000_000) } }
      ] as const
    ])
  ]
}

/** Lists a policy once for each of its values, with that value multiplied by a factor. */
export const changedPolicies = (policy: Policy, factor: number): ReadonlyArray<Changed> => {
  const { attemptTimeout, hedge, timeout } = policy
  return [
    ...(timeout === undefined ? [] : [["timeout", { ...policy, timeout: times(timeout, factor) }] as const]),
    ...(attemptTimeout === undefined
      ? []
      : [["attemptTimeout", { ...policy, attemptTimeout: times(attemptTimeout, factor) }] as const]),
    ...(hedge === undefined
      ? []
      : [["hedge.after", { ...policy, hedge: { ...hedge, after: times(hedge.after, factor) } }] as const]),
    ...ofRetry(policy, factor),
    ...ofConcurrency(policy, factor)
  ]
}
