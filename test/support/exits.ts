import { Cause, Exit } from "effect"

/**
 * Returns the failure, defect or interruption that ended an effect. A success gives a text that matches no assertion.
 */
export const failureOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.match(exit, { onFailure: Cause.squash, onSuccess: () => "it succeeded" })
