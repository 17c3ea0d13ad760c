import type { Outcome } from "../../timeline/Timeline.ts"
import type { Tone } from "../widgets/Status.tsx"

/** The tone of an outcome, wherever one is shown. */
export const outcomeTones: Readonly<Record<Outcome, Tone>> = {
  running: "busy",
  success: "good",
  failure: "bad",
  defect: "bad",
  interrupted: "stopped"
}
