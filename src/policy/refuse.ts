import { type Duration, Effect } from "effect"
import type { NamedPolicy } from "./Policy.ts"
import type { PolicyCounters } from "./PolicyCounters.ts"
import { policyObserver } from "./PolicyObserver.ts"
import { PolicyRefused, type Refusal, timeless } from "./PolicyRefused.ts"

/** Refuses the operation of the calling fiber: counts the refusal, tells the observer, and fails. */
export const refuse = (
  policy: NamedPolicy,
  counters: PolicyCounters,
  reason: Refusal,
  retryAfter?: Duration.Duration
): Effect.Effect<never, PolicyRefused> =>
  Effect.withFiberRuntime((fiber) => {
    counters.refused[reason]++
    fiber.getFiberRef(policyObserver)?.refused(fiber.id(), reason, policy)
    return retryAfter === undefined ? timeless[reason] : new PolicyRefused({ reason, retryAfter })
  })
