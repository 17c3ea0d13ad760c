import { counted } from "../../domain/counted.ts"
import type { Text } from "../../domain/Text.ts"
import type { Timeline } from "../../timeline/Timeline.ts"
import { why } from "../../timeline/why.ts"
import { outcomeWords } from "../../timeline/words.ts"
import { language, say } from "../texts.ts"
import { Status } from "../widgets/Status.tsx"
import { outcomeTones } from "./outcomeTones.ts"
import { Strip } from "./Strip.tsx"
import type { TimelineState } from "./TimelineState.ts"
import type { Track } from "./Track.ts"
import { Commits, Stalls, Why } from "./Why.tsx"
import { duration } from "./words.ts"

const inWords = ({ en, fr }: Text): string => say(fr, en)

const lostText = ({ events, fibers, spans }: Timeline["lost"]): string =>
  [
    ...(fibers > 0 ? [inWords(counted(fibers, "fibre", "fiber"))] : []),
    ...(spans > 0 ? [inWords(counted(spans, "opération", "span"))] : []),
    ...(events ? [say("les événements les plus anciens", "the oldest events")] : [])
  ].join(", ")

/** The facts about a whole recording: how it ended, where its time went, what it cost, and what it lacks. */
const RecordingFacts = ({ state, track }: { readonly state: TimelineState; readonly track: Track }) => {
  const { timeline } = track
  const { clock, fibers, lost, name, outcome, recorded_in_ns, slices } = timeline
  const missing = lostText(lost)
  const [held, shares] = [counted(fibers.length, "fibre", "fiber"), counted(slices.length, "tranche", "slice")]
  return (
    <div class="timeline-facts">
      <p class="timeline-why">
        <Status tone={outcomeTones[outcome]}>{outcomeWords[outcome][language.value]}</Status> <strong>{name}</strong>
        {" "}
        <span>{why(timeline, language.value)}</span>
      </p>
      <Strip state={state} track={track} />
      <p class="hint">
        {say(
          `${held.fr}, ${shares.fr}`,
          `${held.en}, ${shares.en}`
        )}
        {" · "}
        {clock === "virtual"
          ? say("temps virtuel : l'enregistrement n'a rien coûté", "virtual time: recording took none of it")
          : say(
            `coût estimé de l'enregistrement : ${duration(recorded_in_ns, language.value)}`,
            `estimated cost of recording: ${duration(recorded_in_ns, language.value)}`
          )}
      </p>
      {missing !== "" && (
        <p class="timeline-lost">
          <Status tone="bad">{say("Il manque : ", "Lost: ")}{missing}</Status>
        </p>
      )}
      <div class="timeline-reasons">
        <Why state={state} track={track} />
        <Stalls state={state} track={track} />
        <Commits state={state} track={track} />
      </div>
    </div>
  )
}

export const Facts = ({ state }: { readonly state: TimelineState }) => (
  <>{state.tracks.value.map((track) => <RecordingFacts key={track.number} state={state} track={track} />)}</>
)
