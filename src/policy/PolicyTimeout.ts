import { Data, type Duration } from "effect"
import { format } from "./DurationText.ts"

/**
 * The operation, or one attempt, exceeded its time and was interrupted. The error is transient: the next attempt may be
 * faster.
 */
export class PolicyTimeout extends Data.TaggedError("PolicyTimeout")<{ readonly after: Duration.Duration }> {
  readonly transient = true

  override get message(): string {
    return `timed out after ${format(this.after)}`
  }
}
