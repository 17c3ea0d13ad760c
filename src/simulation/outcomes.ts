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
