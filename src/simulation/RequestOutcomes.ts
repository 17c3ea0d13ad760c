import { Effect, type Exit, Option } from "effect"
import type { FailedAttempt } from "../policy/FailedAttempt.ts"
import type { Policy } from "../policy/Policy.ts"
import type { PolicyFailure } from "../policy/PolicyRefused.ts"
import { isTransient } from "../policy/Transient.ts"
import type { UpstreamFailed } from "./ModelledUpstream.ts"
import { outcomeOf } from "./outcomeOf.ts"
import type { Outcome } from "./outcomes.ts"

/** Finds the outcomes of requests from their exits, and from what their policy did with them. */
export class RequestOutcomes {
  private readonly policy: Policy
  /** Requests whose retry the budget refused; kept only where there is a budget. */
  private readonly spent: Set<number> | undefined

  constructor(policy: Policy) {
    this.policy = policy
    this.spent = policy.retry?.budget && new Set()
  }

  /** Notes requests whose attempts end early though their error may not recur: the budget has no retry for them. */
  hook(request: number): ((failed: FailedAttempt<unknown>) => Effect.Effect<void>) | undefined {
    const { spent } = this
    const most = this.policy.retry?.attempts ?? 1
    return spent && (({ attempt, delay, error }) => {
      if (Option.isNone(delay) && attempt < most && isTransient(error)) spent.add(request)
      return Effect.void
    })
  }

  /** The outcome of a request that made so many attempts. */
  of(request: number, attempts: number, exit: Exit.Exit<void, UpstreamFailed | PolicyFailure>): Outcome {
    return outcomeOf(exit, this.policy, { attempts, budgetSpent: this.spent?.delete(request) === true })
  }
}
