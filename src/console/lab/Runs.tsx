import { type ReadonlySignal, Signal } from "@preact/signals"
import type { Timeline } from "../../timeline/Timeline.ts"
import { ask, report } from "../api.ts"
import { TimelineView } from "../components/TimelineView.tsx"
import { say } from "../texts.ts"
import { type Loaded, useTimeline } from "../timeline/useTimeline.ts"
import { Problem } from "../widgets/Problem.tsx"

const pullPlug = (fiber: number, id: string): void => {
  ask(`/experiments/${id}/interruptions`, { method: "POST", body: { fiber } }).catch(report)
}

const refusedOf = (loaded: Loaded) => loaded instanceof Signal ? undefined : loaded

type Prediction = ReadonlySignal<Timeline | undefined>

interface Props {
  readonly wrong: string | undefined
  readonly right: string | undefined
  /** The predictions of the ways, drawn as ghosts below the bars. */
  readonly predicted: { readonly wrong: Prediction; readonly right: Prediction }
}

/** The recordings of the ways on one axis, while they grow. A fiber that still runs can be interrupted. */
export const Runs = ({ predicted, right, wrong }: Props) => {
  const ofWrong = useTimeline(wrong)
  const ofRight = useTimeline(right)
  const refused = refusedOf(ofWrong) ?? refusedOf(ofRight)
  if (refused !== undefined) return <Problem error={refused} />
  const [first, second] = [ofWrong, ofRight].filter((one) => one instanceof Signal)
  if (first === undefined) return <p class="loading" role="status">{say("Chargement…", "Loading…")}</p>
  const ghosts = [
    ...(ofWrong instanceof Signal ? [predicted.wrong] : []),
    ...(ofRight instanceof Signal ? [predicted.right] : [])
  ]
  const shown = [ofWrong instanceof Signal ? wrong : "", ofRight instanceof Signal ? right : ""]
  return <TimelineView key={shown.join(" ")} timeline={first} other={second} ghosts={ghosts} onInterrupt={pullPlug} />
}
