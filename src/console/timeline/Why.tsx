import { counted } from "../../domain/counted.ts"
import type { Timeline } from "../../timeline/Timeline.ts"
import { stateWords } from "../../timeline/words.ts"
import { language, say } from "../texts.ts"
import { partsOf } from "./parts.ts"
import type { TimelineState } from "./TimelineState.ts"
import { keyOf, type Track } from "./Track.ts"
import { duration, moment } from "./words.ts"

/** Parts, stalls and commits listed at most; the rest is counted. */
const most = 10

interface Part {
  readonly state: TimelineState
  readonly track: Track
}

const more = (all: ReadonlyArray<unknown>) =>
  all.length > most &&
  <li class="hint">{say(`et ${counted(all.length - most, "autre", "other").fr}`, `and ${all.length - most} more`)}</li>

/** The name of a fiber, which leads to a moment of it. */
const Place = ({ at, fiber, state, track }: Part & { readonly fiber: number; readonly at: number }) => (
  <button type="button" class="link" onClick={() => state.select(keyOf(track.number, fiber), at)}>
    {track.name(fiber)}
  </button>
)

/** The critical path: the parts that took the time of the run, the longest first. The canvas outlines it meanwhile. */
export const Why = ({ state, track }: Part) => {
  const { duration_ns } = track.timeline
  const isOpen = state.explained.value === track.number
  const parts = isOpen ? partsOf(track.timeline) : []
  return (
    <details
      class="timeline-more"
      open={isOpen}
      onToggle={({ currentTarget: { open } }) => {
        if (open) state.explained.value = track.number
        else if (isOpen) state.explained.value = undefined
      }}
    >
      <summary>
        {say(`Pourquoi ${duration(duration_ns, language.value)} ?`, `Why ${duration(duration_ns, language.value)}?`)}
      </summary>
      <ol class="timeline-parts">
        {parts.slice(0, most).map(({ at, fiber, state: shown, time }) => (
          <li key={`${fiber} ${shown}`}>
            <span class="figure">{duration(time, language.value, duration_ns)}</span>
            <span class="timeline-share" aria-hidden="true">
              <i style={{ width: `${100 * time / duration_ns}%` }} />
            </span>
            <span>
              <Place state={state} track={track} fiber={fiber} at={at} /> {stateWords[shown][language.value]}
            </span>
          </li>
        ))}
        {more(parts)}
      </ol>
    </details>
  )
}

type Stall = Timeline["loop_stalls"][number]

const Victims = ({ stall: { victims }, state, track }: Part & { readonly stall: Stall }) => (
  <ul>
    {victims.slice(0, most).map(({ fiber, name, stolen_ns, timeline }, index) => (
      <li key={index}>
        {timeline === null
          ? (
            <button type="button" class="link" onClick={() => state.select(keyOf(track.number, fiber))}>
              {name}
            </button>
          )
          : <a href={`#/timelines/${timeline}?fiber=${fiber}`}>{name}</a>} {say(
            `a perdu ${duration(stolen_ns, language.value)}`,
            `lost ${duration(stolen_ns, language.value)}`
          )}
      </li>
    ))}
    {more(victims)}
  </ul>
)

/** Lists who kept the event loop, and whose time that was. */
export const Stalls = ({ state, track }: Part) => {
  const stalls = track.timeline.loop_stalls
  if (stalls.length === 0) return null
  return (
    <details class="timeline-more">
      <summary>{say(`Boucle bloquée : ${stalls.length}`, `Stalled loop: ${stalls.length}`)}</summary>
      <ol class="timeline-stalls">
        {stalls.slice(0, most).map((stall) => (
          <li key={stall.from}>
            {stall.fiber === null
              ? stall.name
              : <Place state={state} track={track} fiber={stall.fiber} at={stall.from} />} {say(
                `a tenu la boucle ${duration(stall.to - stall.from, language.value)}`,
                `kept the event loop for ${duration(stall.to - stall.from, language.value)}`
              )}
            <Victims stall={stall} state={state} track={track} />
          </li>
        ))}
        {more(stalls)}
      </ol>
    </details>
  )
}

/** The commits of the database, and who shared each. */
export const Commits = ({ state, track }: Part) => {
  const { commits } = track.timeline
  if (commits.length === 0) return null
  return (
    <details class="timeline-more">
      <summary>{say(`Commits : ${commits.length}`, `Commits: ${commits.length}`)}</summary>
      <ol class="timeline-stalls">
        {commits.slice(0, most).map(({ fibers, from, group, others, to }) => (
          <li key={group}>
            {say("groupe", "group")} {group}, {moment(from, language.value)}, {duration(to - from, language.value)}
            {": "}
            {fibers.slice(0, most).map((fiber) => (
              <span key={fiber}>
                <Place state={state} track={track} fiber={fiber} at={from} />
                {" "}
              </span>
            ))}
            {others > 0 && say(`avec ${others} d'autres exécutions`, `with ${others} of other runs`)}
          </li>
        ))}
        {more(commits)}
      </ol>
    </details>
  )
}
