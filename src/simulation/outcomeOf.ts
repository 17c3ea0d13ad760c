import { Cause, Exit, Option } from "effect"
import type { Policy } from "../policy/Policy.ts"
import { type PolicyFailure, PolicyRefused } from "../policy/PolicyRefused.ts"
import { PolicyTimeout } from "../policy/PolicyTimeout.ts"
import type { UpstreamFailed } from "./ModelledUpstream.ts"
import type { Outcome, Reason } from "./outcomes.ts"

/** Facts about a request that its exit does not tell. */
export interface Made {
  readonly attempts: number
  /** True if the retry budget had nothing left for it. */
  readonly budgetSpent: boolean
}

/** Says why the attempts ended before the policy's last one. */
const endOfRetries = (most: number, { attempts, budgetSpent }: Made): Reason => {
  if (attempts >= most) return "attempts exhausted"
  return budgetSpent ? "budget spent" : "breaker open"
}

/** Finds the outcome of a request from its exit under a policy. */
export const outcomeOf = (
  exit: Exit.Exit<void, UpstreamFailed | PolicyFailure>,
  { retry, timeout }: Policy,
  made: Made
): Outcome => {
  if (Exit.isSuccess(exit)) return "succeeded"
  const failure = Option.getOrUndefined(Cause.failureOption(exit.cause))
  if (failure === undefined) return "defect"
  if (failure instanceof PolicyRefused) return failure.reason
  const isTimeout = failure instanceof PolicyTimeout
  if (isTimeout && failure.after === timeout) return "timeout"
  if (retry !== undefined) return endOfRetries(retry.attempts, made)
  return isTimeout ? "timeout" : failure.reason
}
