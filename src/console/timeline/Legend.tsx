import { allShown, type Shown, shownState } from "../../timeline/pictureRows.ts"
import { legendOf } from "../../timeline/policyMoments.ts"
import type { Timeline } from "../../timeline/Timeline.ts"
import { letters, stateWords } from "../../timeline/words.ts"
import { language, say } from "../texts.ts"
import type { TimelineState } from "./TimelineState.ts"
import { useCanvas } from "./useCanvas.ts"

const Swatch = ({ shown }: { readonly shown: Shown }) => {
  const canvas = useCanvas(
    (paint, palette, { height, width }) => {
      const inset = shown === "running" || shown === "ready" ? 0 : 3
      paint.fillStyle = palette.fill(shown)
      paint.fillRect(0, inset, width, height - 2 * inset)
    },
    () => undefined,
    [shown]
  )
  return <canvas ref={canvas} class="timeline-swatch" aria-hidden="true" />
}

const uses = (timelines: ReadonlyArray<Timeline>) => {
  const states = new Set<Shown>()
  for (const { slices } of timelines) for (const slice of slices) states.add(shownState(slice))
  const some = (test: (timeline: Timeline) => boolean) => timelines.some(test)
  return {
    states,
    moments: legendOf(timelines.flatMap(({ events }) => events)),
    interruptions: some(({ interruptions }) => interruptions.length > 0),
    failures: some(({ fibers }) => fibers.some(({ outcome }) => outcome === "failure" || outcome === "defect")),
    interrupted: some(({ fibers }) => fibers.some(({ outcome }) => outcome === "interrupted")),
    stalls: some(({ loop_stalls }) => loop_stalls.length > 0)
  }
}

/** The meanings of all that the shown recordings use. */
export const Legend = ({ state }: { readonly state: TimelineState }) => {
  const used = uses(state.tracks.value.map(({ timeline }) => timeline))
  const signs: ReadonlyArray<readonly [boolean, string, string]> = [
    ...used.moments.map(([sign, { en, fr }]) => [true, sign, say(fr, en)] as const),
    [used.failures, "!", say("échec", "failed")],
    [used.interrupted, "×", say("interrompue", "interrupted")],
    [
      used.interruptions,
      "▾",
      say(
        "interruption demandée ; tirets : protégée, trait : nettoyage",
        "interruption asked for; dashes: protected, line: cleans up"
      )
    ],
    [used.stalls, "▮", say("la boucle d'événements était bloquée", "the event loop was stalled")]
  ]
  return (
    <ul class="timeline-legend" aria-label={say("Légende", "Legend")}>
      {allShown.filter((shown) => used.states.has(shown)).map((shown) => (
        <li key={shown}>
          <Swatch shown={shown} />
          <code>{letters[shown]}</code> {stateWords[shown][language.value]}
        </li>
      ))}
      {signs.filter(([isUsed]) => isUsed).map(([, sign, text]) => (
        <li key={sign}>
          <b class="timeline-sign">{sign}</b> {text}
        </li>
      ))}
      {state.ghosts.value.size > 0 && (
        <li>
          <b class="timeline-ghost-sign">▭</b>{" "}
          {say("prédit pour les réglages présents", "predicted for the present knobs")}
        </li>
      )}
    </ul>
  )
}
