import { Cause, Exit, Option } from "effect"
import type { Policy } from "../policy/Policy.ts"
import { type PolicyFailure, PolicyRefused } from "../policy/PolicyRefused.ts"
import { PolicyTimeout } from "../policy/PolicyTimeout.ts"
import type { UpstreamFailed } from "./ModelledUpstream.ts"

/**
 * The end of a request: success, or the reason of its failure. Without a retry the reason is that of the upstream:
 * `failure`, `queue full` or `down`. A `defect` would be a fault of the interpreter.
 */
export const outcomes = [
  "succeeded",
  "timeout",
  "attempts exhausted",
  "queue full",
  "waited too long",
  "rate limited",
  "breaker open",
  "budget spent",
  "failure",
  "down",
  "defect"
] as const
export type Outcome = (typeof outcomes)[number]

/** Reasons of failures. */
export type Reason = Exclude<Outcome, "succeeded">
export const reasons: ReadonlyArray<Reason> = outcomes.filter((outcome) => outcome !== "succeeded")

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
