import type { ReadonlySignal } from "@preact/signals"
import type { RefObject } from "preact"
import { useId } from "preact/hooks"
import type { FiberLine } from "../../timeline/Timeline.ts"
import { outcomeWords } from "../../timeline/words.ts"
import { language, say } from "../texts.ts"
import type { GridRow } from "./grid.ts"
import { rowHeight } from "./paintRow.ts"
import type { TimelineState } from "./TimelineState.ts"
import { duration, summary } from "./words.ts"

/** Rows beyond the visible ones that are drawn too, so that scrolling shows no holes. */
const beyond = 6

interface Props {
  readonly grid: RefObject<HTMLDivElement | null>
  readonly state: TimelineState
  readonly scrollTop: ReadonlySignal<number>
  readonly height: ReadonlySignal<number>
  /** Called when the reader wants to know all about the selected fiber. */
  readonly onDetails: () => void
}

/** Goes up and down, in and out of the tree, as the tree grids of the ARIA practices do. */
const move = (state: TimelineState, key: string, page: number): boolean => {
  const rows = state.rows.value
  const here = state.positions.value.get(state.selection.value?.key ?? "") ?? -1
  const row = rows[here]
  const goTo = (index: number) => {
    const next = rows[Math.max(0, Math.min(rows.length - 1, index))]
    if (next !== undefined) state.select(next.key)
    return true
  }
  switch (key) {
    case "ArrowDown":
      return goTo(here + 1)
    case "ArrowUp":
      return goTo(here - 1)
    case "PageDown":
      return goTo(here + page)
    case "PageUp":
      return goTo(here - page)
    case "Home":
      return goTo(0)
    case "End":
      return goTo(rows.length - 1)
    case "ArrowRight":
      if (row?.isExpandable !== true) return true
      if (row.isExpanded) return goTo(here + 1)
      state.toggle(row.key, true)
      return true
    case "ArrowLeft": {
      if (row === undefined) return true
      if (row.isExpanded) {
        state.toggle(row.key, false)
        return true
      }
      return goTo(rows.findLastIndex(({ level }, index) => index < here && level < row.level))
    }
    default:
      return false
  }
}

/** Tells what the outline of a predicted fiber shows. */
const predictedText = ({ from, to }: FiberLine): string => {
  const length = duration(to - from, language.value)
  return say(` ; prédit : ${length}`, `; predicted: ${length}`)
}

const Name = ({ grid, state }: { readonly grid: GridRow; readonly state: TimelineState }) => {
  const { isExpandable, isExpanded, key, row, track } = grid
  return (
    <>
      {isExpandable && (
        <svg
          viewBox="0 0 16 16"
          aria-hidden="true"
          class={isExpanded ? "timeline-fold timeline-open" : "timeline-fold"}
          onClick={(event) => {
            event.stopPropagation()
            state.toggle(key, !isExpanded)
          }}
        >
          <path d="M6 4l4 4-4 4" />
        </svg>
      )}
      <span class="timeline-text">{row?.fiber.name ?? track.timeline.name}</span>
    </>
  )
}

/** The fibers as a tree grid; only the rows in view exist. The canvas beside it draws what the cells say. */
export const Rows = ({ grid: element, height, onDetails, scrollTop, state }: Props) => {
  const id = useId()
  const rows = state.rows.value
  const first = Math.max(0, Math.floor(scrollTop.value / rowHeight) - beyond)
  const count = Math.ceil(height.value / rowHeight) + 2 * beyond
  const selected = state.selection.value?.key
  const found = new Set(state.matches.value.map(({ key }) => key))
  const isSelectedDrawn = rows.slice(first, first + count).some(({ key }) => key === selected)
  const idOf = (key: string) => `${id}-${key}`

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
    if (event.key === "Enter") onDetails()
    else if (!move(state, event.key, Math.max(1, Math.floor(height.value / rowHeight) - 1))) return
    event.preventDefault()
  }

  return (
    <div
      ref={element}
      class="timeline-names"
      role="treegrid"
      tabIndex={0}
      aria-label={say("Fibres", "Fibers")}
      aria-rowcount={rows.length}
      aria-activedescendant={isSelectedDrawn && selected !== undefined ? idOf(selected) : undefined}
      onKeyDown={onKeyDown}
    >
      {rows.slice(first, first + count).map((grid, index) => {
        const { isExpandable, isExpanded, key, level, row, track } = grid
        const { duration_ns, outcome } = track.timeline
        const ghost = state.ghosts.value.get(key)?.fiber
        const length = row === undefined ? duration_ns : row.fiber.to - row.fiber.from
        return (
          <div
            key={key}
            id={idOf(key)}
            role="row"
            class={`timeline-row${row === undefined ? " timeline-head" : ""}${found.has(key) ? " timeline-found" : ""}`}
            style={{
              transform: `translateY(${(first + index) * rowHeight}px)`,
              paddingLeft: `${4 + (Math.min(level, 9) - 1) * 12 + (isExpandable ? 0 : 16)}px`
            }}
            aria-level={level}
            aria-rowindex={first + index + 1}
            aria-expanded={isExpandable ? isExpanded : undefined}
            aria-selected={key === selected}
            onClick={() => state.select(key)}
          >
            <span role="gridcell" class="timeline-name">
              <Name grid={grid} state={state} />
            </span>
            <span role="gridcell" class="for-readers">
              {row === undefined
                ? outcomeWords[outcome][language.value]
                : summary(row.slices, row.fiber.outcome, language.value)}
              {ghost !== undefined && predictedText(ghost)}
            </span>
            <span role="gridcell" class="timeline-length">{duration(length, language.value)}</span>
          </div>
        )
      })}
    </div>
  )
}
