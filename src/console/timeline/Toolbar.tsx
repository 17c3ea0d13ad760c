import type { ComponentChildren, RefObject } from "preact"
import { report } from "../api.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import type { Format } from "./exports.ts"
import { Menu } from "./Menu.tsx"
import type { TimelineState } from "./TimelineState.ts"

const icons = {
  before: "M10 3L5 8l5 5M12.5 3v10",
  after: "M6 3l5 5-5 5M3.5 3v10",
  out: "M3 8h10",
  in: "M3 8h10M8 3v10",
  all: "M2 8h12M5 5L2 8l3 3M11 5l3 3-3 3"
} as const

const Icon = ({ name }: { readonly name: keyof typeof icons }) => (
  <svg viewBox="0 0 16 16" aria-hidden="true">
    <path d={icons[name]} />
  </svg>
)

const Search = (
  { field, state }: { readonly state: TimelineState; readonly field: RefObject<HTMLInputElement | null> }
) => {
  const text = state.searched.value
  const matches = state.matches.value
  const here = matches.findIndex(({ key }) => key === state.selection.value?.key)
  return (
    <div class="timeline-search">
      <input
        ref={field}
        type="search"
        value={text}
        placeholder={say("Chercher une fibre", "Search for a fiber")}
        aria-label={say("Chercher une fibre par son nom", "Search for a fiber by its name")}
        onInput={({ currentTarget }) => {
          state.searched.value = currentTarget.value
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return
          event.preventDefault()
          state.goToMatch(event.shiftKey ? -1 : 1)
        }}
      />
      <span class="hint" role="status">
        {text.trim() === "" ? "" : `${here < 0 ? "" : `${here + 1} / `}${matches.length}`}
      </span>
    </div>
  )
}

interface Props {
  readonly state: TimelineState
  readonly searchField: RefObject<HTMLInputElement | null>
  /** Further buttons of the view that shows the timeline. */
  readonly children?: ComponentChildren
}

/** The tools of the timeline view. */
export const Toolbar = ({ children, searchField, state }: Props) => {
  const isFolded = state.isFolded.value
  const [track] = state.tracks.value
  const save = (format: Format) => {
    if (track === undefined) return
    import("./exports.ts").then((exports) => exports.save(track.timeline, format)).catch(report)
  }
  const saveTest = () => {
    if (track === undefined) return
    import("./exports.ts").then((exports) => exports.saveTest(track.timeline)).catch(report)
  }
  return (
    <div class="timeline-tools" role="toolbar" aria-label={say("Outils de la chronologie", "Tools of the timeline")}>
      <Search state={state} field={searchField} />
      <div class="timeline-group">
        <Button
          label={say("Événement précédent (p)", "Last event (p)")}
          onClick={() =>
            state.step(-1)}
        >
          <Icon name="before" />
        </Button>
        <Button
          label={say("Événement suivant (n)", "Next event (n)")}
          onClick={() =>
            state.step(1)}
        >
          <Icon name="after" />
        </Button>
      </div>
      <div class="timeline-group">
        <Button
          label={say("Réduire (-)", "Zoom out (-)")}
          onClick={() =>
            state.zoom(0.5)}
        >
          <Icon name="out" />
        </Button>
        <Button label={say("Agrandir (+)", "Zoom in (+)")} onClick={() => state.zoom(2)}>
          <Icon name="in" />
        </Button>
        <Button label={say("Tout montrer (0)", "Show all (0)")} onClick={() => state.showAll()}>
          <Icon name="all" />
        </Button>
      </div>
      <Button pressed={isFolded} onClick={() => state.fold(!isFolded)}>
        {say("Plier l'attente", "Fold idle time")}
      </Button>
      <Menu label={say("Enregistrer", "Save")}>
        <Button onClick={() => save("json")}>{say("Données (JSON)", "Data (JSON)")}</Button>
        <Button onClick={() => save("svg")}>{say("Image (SVG)", "Picture (SVG)")}</Button>
        <Button onClick={() => save("chrome")}>{say("Trace pour Perfetto", "Trace for Perfetto")}</Button>
        <Button onClick={saveTest}>{say("Test qui rejoue", "Test that replays it")}</Button>
      </Menu>
      {children}
    </div>
  )
}
