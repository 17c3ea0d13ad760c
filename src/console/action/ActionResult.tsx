import { Problem } from "../widgets/Problem.tsx"
import type { Action } from "./Action.ts"
import { TimelineLink } from "./TimelineLink.tsx"

/** Shows how an action failed, and leads to its recording. */
export const ActionResult = ({ action }: { readonly action: Action }) => (
  <>
    {action.failure.value !== undefined && <Problem error={action.failure.value} />}
    <TimelineLink id={action.timeline.value} />
  </>
)
