import type { ComponentChildren, RefObject } from "preact"
import { shownState } from "../../timeline/pictureRows.ts"
import { meaningOf } from "../../timeline/policyMoments.ts"
import type { Interruption, PolicyEvent, Slice } from "../../timeline/Timeline.ts"
import { outcomeWords, stateWords, whyWords } from "../../timeline/words.ts"
import { language, say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import type { TimelineState } from "./TimelineState.ts"
import { type FiberRow, keyOf, type Track } from "./Track.ts"
import { duration, moment, reasonFacts, summary } from "./words.ts"

interface Props {
  readonly state: TimelineState
  readonly onInterrupt: ((fiber: number, timeline: string) => void) | undefined
  readonly panel: RefObject<HTMLElement | null>
}

/** Spans and moments listed at most; the rest is counted. */
const most = 12

const Fact = ({ children, name }: { readonly name: string; readonly children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

interface Part {
  readonly state: TimelineState
  readonly row: FiberRow
  readonly track: Track
}

/** The name of a fiber, which leads there. */
const FiberLink = ({ fiber, state, track }: Omit<Part, "row"> & { readonly fiber: number }) => {
  const row = track.row(fiber)
  if (row === undefined) return <>{`#${fiber}`}</>
  return (
    <button type="button" class="link" onClick={() => state.select(keyOf(track.number, fiber))}>
      {row.fiber.name}
    </button>
  )
}

const time = (nanos: number): string => duration(nanos, language.value)
const at = (nanos: number): string => moment(nanos, language.value)

const SliceFacts = ({ slice, state, track }: Omit<Part, "row"> & { readonly slice: Slice }) => {
  const facts = slice.reason === undefined
    ? ""
    : reasonFacts(slice.reason, language.value, (fiber) => track.name(fiber))
  return (
    <section class="timeline-slice" aria-label={say("Tranche choisie", "Selected slice")}>
      <h3>{stateWords[shownState(slice)][language.value]}</h3>
      <dl class="facts">
        {facts !== "" && <Fact name={say("Raison", "Reason")}>{facts}</Fact>}
        <Fact name={say("Durée", "Duration")}>{time(slice.to - slice.from)}</Fact>
        <Fact name={say("De, à", "From, to")}>{at(slice.from)} – {at(slice.to)}</Fact>
        {slice.state === "waiting" && (
          <Fact name={say("Réveillée par", "Woken by")}>
            {slice.woken_by === undefined
              ? say("pas encore", "nobody yet")
              : slice.woken_by === null || track.row(slice.woken_by) === undefined
              ? say("un minuteur ou l'extérieur", "a timer or the outside world")
              : <FiberLink state={state} track={track} fiber={slice.woken_by} />}
          </Fact>
        )}
      </dl>
    </section>
  )
}

const Moments = ({ interruption: { asked, by, cleaned_up, honoured, why }, state, track }: Omit<Part, "row"> & {
  readonly interruption: Interruption
}) => (
  <Fact name={say("Interruption", "Interruption")}>
    {whyWords[why][language.value]}
    {by !== null && (
      <>
        , {say("par", "by")} <FiberLink state={state} track={track} fiber={by} />
      </>
    )}
    <ol class="timeline-moments">
      <li>{say("demandée à", "asked for at")} {at(asked)}</li>
      <li>
        {honoured === null
          ? say("pas encore honorée", "not honoured yet")
          : `${say("honorée après", "honoured after")} ${time(honoured - asked)}`}
      </li>
      <li>
        {cleaned_up === null
          ? say("pas encore nettoyée", "not cleaned up yet")
          : `${say("nettoyée en", "cleaned up in")} ${time(cleaned_up - (honoured ?? asked))}`}
      </li>
    </ol>
  </Fact>
)

const policyWords = (event: PolicyEvent): string => {
  const { kind, policy, value } = event
  if (kind === "attempt") {
    return `${say("essai", "attempt")} ${value ?? ""}${policy === undefined ? "" : ` (${policy})`}`
  }
  if (kind === "timeout") {
    const limit = value === undefined ? "" : ` ${say("de", "of")} ${time(value * 1e6)}`
    return say(`délai${limit} dépassé`, `timeout${limit}`)
  }
  if (kind === "pause") return `${say("pause de", "pause of")} ${time((value ?? 0) * 1e6)}`
  const { en, fr } = meaningOf(event)
  return say(fr, en)
}

const Policy = ({ row, state, track }: Part) => {
  const events = track.timeline.events.filter(({ fiber }) => fiber === row.fiber.id)
  if (events.length === 0) return null
  return (
    <Fact name={say("Politique", "Policy")}>
      <ol class="timeline-moments">
        {events.slice(0, most).map((event, index) => (
          <li key={index}>
            <button type="button" class="link" onClick={() => state.select(row.key, event.at)}>
              {policyWords(event)} · {at(event.at)}
            </button>
          </li>
        ))}
        {events.length > most && <li>… {events.length - most}</li>}
      </ol>
    </Fact>
  )
}

const Spans = ({ row: { spans } }: Part) => {
  if (spans.length === 0) return null
  return (
    <Fact name={say("Opérations (spans)", "Operations (spans)")}>
      <ol class="timeline-moments">
        {spans.slice(0, most).map(({ from, name, outcome, path, status, to }, index) => (
          <li key={index}>
            {name} {path !== undefined && <code>{path}</code>} {status} · {time(to - from)}
            {outcome !== "success" && ` · ${outcomeWords[outcome][language.value]}`}
          </li>
        ))}
        {spans.length > most && <li>… {spans.length - most}</li>}
      </ol>
    </Fact>
  )
}

/** All that is known of the selected fiber and of its selected slice. */
export const Details = ({ onInterrupt, panel, state }: Props) => {
  const selected = state.selected.value
  const slice = state.slice.value
  if (selected === undefined) {
    return (
      <aside ref={panel} tabIndex={-1} class="timeline-details" aria-label={say("Détails", "Details")}>
        <p class="hint">
          {say(
            "Choisissez une barre ou une fibre. Ctrl et molette : zoom ; glisser : déplacer ; n et p : événement suivant et précédent.",
            "Choose a bar or a fiber. Ctrl and wheel zoom; drag moves; n and p go to the next and last event."
          )}
        </p>
      </aside>
    )
  }
  const { row, track } = selected
  const { fiber, interruptions, slices } = row
  const part = { row, state, track }
  return (
    <aside ref={panel} tabIndex={-1} class="timeline-details" aria-label={say("Détails", "Details")}>
      <h2>{fiber.name}</h2>
      <p class="hint">{summary(slices, fiber.outcome, language.value)}</p>
      {slice !== undefined && <SliceFacts slice={slice} state={state} track={track} />}
      <dl class="facts">
        <Fact name={say("Fibre", "Fiber")}>
          #{fiber.id}
          {fiber.parent !== null && (
            <>
              , {say("lancée par", "forked by")} <FiberLink state={state} track={track} fiber={fiber.parent} />
            </>
          )}
        </Fact>
        <Fact name={say("De, à", "From, to")}>{at(fiber.from)} – {at(fiber.to)}</Fact>
        {interruptions.map((interruption) => (
          <Moments key={interruption.asked} interruption={interruption} state={state} track={track} />
        ))}
        <Policy {...part} />
        <Spans {...part} />
      </dl>
      {onInterrupt !== undefined && fiber.outcome === "running" && (
        <Button
          kind="danger"
          onClick={() => onInterrupt(fiber.id, track.timeline.id)}
        >
          {say("Débrancher", "Pull the plug")}
        </Button>
      )}
    </aside>
  )
}
