import { Cause, Exit } from "effect"

/** The failure, defect or interruption with which an effect has ended; of a success, a text that no assertion on a failure takes. */
export const failureOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.match(exit, { onFailure: Cause.squash, onSuccess: () => "it succeeded" })
