import { texts } from "../../timeline/whyTexts.ts"
import { stateWords } from "../../timeline/words.ts"
import { theme } from "../frame/theme.ts"
import { language, say } from "../texts.ts"
import { groundOf } from "./palette.ts"
import { stripOf, type StripPart } from "./path.ts"
import type { TimelineState } from "./TimelineState.ts"
import { keyOf, type Track } from "./Track.ts"
import { duration, reasonFacts, stateNouns } from "./words.ts"

interface Props {
  readonly state: TimelineState
  readonly track: Track
}

const Part = ({ part: { from, segment, to }, state, track }: Props & { readonly part: StripPart }) => {
  const time = duration(to - from, language.value)
  const style = { flexGrow: to - from }
  if (segment === undefined) return <li class="path-rest" style={style} title={time} />
  const { fiber, reason, stall, state: shown } = segment
  const nameOf = (one: number) => track.name(one)
  const seen = `${time} ${stateNouns[shown][language.value]}`
  const facts = stall !== undefined
    ? texts[language.value].stalled(stall, nameOf)
    : reason === undefined
    ? ""
    : reasonFacts(reason, language.value, nameOf)
  const words = [`${seen}, ${nameOf(fiber)}: ${stateWords[shown][language.value]}`, facts]
    .filter((text) => text !== "").join(", ")
  const choose = () => {
    state.explained.value = track.number
    state.select(keyOf(track.number, fiber), Math.round((from + to) / 2))
  }
  return (
    <li style={style}>
      <button
        type="button"
        class={`path-part path-${shown}${stall === undefined ? "" : " path-stalled"}`}
        style={{ backgroundColor: groundOf(shown, theme.value === "dark") }}
        aria-label={words}
        title={words}
        onClick={choose}
      >
        <span class="path-text">{seen}</span>
      </button>
    </li>
  )
}

/** The critical path as a strip, each segment as wide as it is long. A segment leads to its slice. */
export const Strip = ({ state, track }: Props) => {
  const parts = stripOf(track.timeline)
  return parts.length === 0 ?
    null :
    (
      <ol class="path" aria-label={say("Chemin critique, du début à la fin", "Critical path, from beginning to end")}>
        {parts.map((part) => <Part key={part.from} part={part} state={state} track={track} />)}
      </ol>
    )
}
