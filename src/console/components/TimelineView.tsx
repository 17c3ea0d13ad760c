import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useMemo, useRef } from "preact/hooks"
import type { Timeline } from "../../timeline/Timeline.ts"
import { language, say } from "../texts.ts"
import { AxisHead } from "../timeline/AxisHead.tsx"
import { Bars } from "../timeline/Bars.tsx"
import { Details } from "../timeline/Details.tsx"
import { Facts } from "../timeline/Facts.tsx"
import { Legend } from "../timeline/Legend.tsx"
import { Minimap } from "../timeline/Minimap.tsx"
import { rowHeight } from "../timeline/paintRow.ts"
import { Rows } from "../timeline/Rows.tsx"
import { type Place, TimelineState } from "../timeline/TimelineState.ts"
import { textAt } from "../timeline/Tip.ts"
import { Toolbar } from "../timeline/Toolbar.tsx"
import { useSize } from "../timeline/useCanvas.ts"
import { moment } from "../timeline/words.ts"

export type { Place }

export interface Props {
  /** The recording; it may grow. Another signal needs a new view: give the component a key. */
  readonly timeline: ReadonlySignal<Timeline>
  /** A second recording, drawn below on the same axis. */
  readonly other?: ReadonlySignal<Timeline> | undefined
  /** Predictions for the recordings, in their order. Drawn as outlines below the bars; they may change. */
  readonly ghosts?: ReadonlyArray<ReadonlySignal<Timeline | undefined>> | undefined
  /** Shown for a fiber that still runs: pulls its plug in the recording of that id. */
  readonly onInterrupt?: ((fiber: number, timeline: string) => void) | undefined
  /** The place to open, as `onPlace` told it. */
  readonly place?: Place | undefined
  /** Told where the reader looks, to be shared by a link. */
  readonly onPlace?: ((place: Place) => void) | undefined
  /** Further buttons in the toolbar. */
  readonly tools?: ComponentChildren
}

/** Pixels beyond the end of the axis, for the signs that stand there. */
const endRoom = 12

/** Keys of the whole view; those of the tree grid are its own. */
const press = (state: TimelineState, event: KeyboardEvent): boolean => {
  if (event.ctrlKey || event.altKey || event.metaKey) return false
  if (event.shiftKey && event.key === "ArrowLeft") state.pan(-0.2)
  else if (event.shiftKey && event.key === "ArrowRight") state.pan(0.2)
  else if (event.key === "+" || event.key === "=") state.zoom(2)
  else if (event.key === "-") state.zoom(0.5)
  else if (event.key === "0") state.showAll()
  else if (event.key === "n") state.step(1)
  else if (event.key === "p") state.step(-1)
  else if (event.key === "f") state.fold(!state.isFolded.value)
  else return false
  return true
}

/** Says the chosen moment to a screen reader, as steps through events move no focus. */
const ChosenMoment = ({ state }: { readonly state: TimelineState }) => {
  const { at, key } = state.selection.value ?? {}
  const row = at === undefined ? undefined : state.rows.value.find((grid) => grid.key === key)
  return (
    <p class="for-readers" role="status">
      {row !== undefined && at !== undefined &&
        `${moment(at, language.value)}: ${textAt(row, at, language.value) ?? ""}`}
    </p>
  )
}

/** A recording: its fibers as a tree, and beside each of them what it did when. */
export const TimelineView = ({ ghosts, onInterrupt, onPlace, other, place, timeline, tools }: Props) => {
  const state = useMemo(
    () => new TimelineState(other === undefined ? [timeline] : [timeline, other], place, ghosts),
    []
  )
  const scroller = useRef<HTMLDivElement>(null)
  const plot = useRef<HTMLDivElement>(null)
  const searchField = useRef<HTMLInputElement>(null)
  const panel = useRef<HTMLElement>(null)
  const grid = useRef<HTMLDivElement>(null)
  const scrollTop = useSignal(0)
  const height = useSignal(0)
  const plotSize = useSize(plot)
  const frameSize = useSize(scroller)

  useSignalEffect(() => {
    if (plotSize.value.width > 0) state.width.value = plotSize.value.width - endRoom
    height.value = frameSize.value.height
  })
  useSignalEffect(() => {
    onPlace?.(state.place.value)
  })
  useSignalEffect(() => {
    const position = state.positions.value.get(state.selection.value?.key ?? "")
    const element = scroller.current
    if (position === undefined || element === null) return
    const top = position * rowHeight
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight
    }
  })
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return
    if (event.key === "/") searchField.current?.focus()
    else if (!press(state, event)) return
    event.preventDefault()
  }

  /** Leaves the keys with the fibers after a press on a picture, which takes no focus. */
  const onMouseDown = (event: MouseEvent) => {
    if (!(event.target instanceof HTMLCanvasElement)) return
    event.preventDefault()
    grid.current?.focus({ preventScroll: true })
  }

  return (
    <section
      class="timeline"
      aria-label={say("Chronologie", "Timeline")}
      onKeyDown={onKeyDown}
      onMouseDown={onMouseDown}
    >
      <Facts state={state} />
      <Toolbar state={state} searchField={searchField}>{tools}</Toolbar>
      <ChosenMoment state={state} />
      <div class="timeline-body">
        <div class="timeline-frame">
          <div class="timeline-top">
            <div class="timeline-corner">
              <span>{say("Fibre", "Fiber")}</span>
              <span>{say("Durée", "Duration")}</span>
            </div>
            <div>
              <Minimap state={state} />
              <AxisHead state={state} />
            </div>
          </div>
          <div
            ref={scroller}
            class="timeline-scroll"
            onScroll={({ currentTarget }) => {
              scrollTop.value = currentTarget.scrollTop
            }}
          >
            <div class="timeline-space" style={{ height: `${state.rows.value.length * rowHeight}px` }}>
              <Rows
                grid={grid}
                state={state}
                scrollTop={scrollTop}
                height={height}
                onDetails={() => panel.current?.focus()}
              />
              <div ref={plot} class="timeline-plot">
                <Bars state={state} scrollTop={scrollTop} />
              </div>
            </div>
          </div>
        </div>
        <Details state={state} onInterrupt={onInterrupt} panel={panel} />
        <Legend state={state} />
      </div>
    </section>
  )
}
