import type { ReadonlySignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { language } from "../texts.ts"
import { paintTimeline } from "./paint.ts"
import { rowHeight } from "./paintRow.ts"
import type { TimelineState } from "./TimelineState.ts"
import { Tip } from "./Tip.ts"
import { sliceAt } from "./Track.ts"
import { useCanvas } from "./useCanvas.ts"

interface Props {
  readonly state: TimelineState
  readonly scrollTop: ReadonlySignal<number>
}

/** Pixels that a pointer moves before a press becomes a drag. */
const dragFrom = 4

/** A turn of the wheel by one line of a mouse zooms by this factor. */
const zoomFor = (delta: number): number => Math.exp(-delta / 400)

/** The bars of the visible fibers. All that they show stands in the tree grid beside them too. */
export const Bars = ({ scrollTop, state }: Props) => {
  const canvas = useCanvas(
    (context, palette, { height }) => {
      const drawn = paintTimeline(context, state, palette, { scrollTop: scrollTop.value, height }, language.value)
      // read by tests: a canvas tells nothing of what is on it
      if (canvas.current !== null) Object.assign(canvas.current.dataset, drawn)
    },
    () => [
      state.axis.value,
      state.rows.value,
      state.ghosts.value,
      state.selection.value,
      state.path.value,
      scrollTop.value,
      language.value
    ],
    [state]
  )
  const pointers = useRef(new Map<number, number>())
  const drag = useRef({ moved: 0, distance: 0 })

  const placeOf = (event: MouseEvent) => {
    const box = canvas.current?.getBoundingClientRect()
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) }
  }
  const rowAt = (y: number) => state.rows.value[Math.floor((y + scrollTop.value) / rowHeight)]

  useEffect(() => {
    const element = canvas.current
    // Preact's own listeners may not stop the browser's zoom
    const onWheel = (event: WheelEvent) => {
      const { x } = placeOf(event)
      if (event.ctrlKey || event.altKey || event.metaKey) {
        event.preventDefault()
        state.zoom(zoomFor(event.deltaY), state.axis.value.at(x))
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault()
        state.pan((event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX) / state.width.value)
      }
    }
    element?.addEventListener("wheel", onWheel, { passive: false })
    return () => element?.removeEventListener("wheel", onWheel)
  }, [state])

  const tip = useRef<HTMLDivElement>(null)
  const hover = (event: PointerEvent) => {
    const { x, y } = placeOf(event)
    const grid = rowAt(y)
    Tip.show(tip.current, grid, state.axis.value.at(x), x, y, state.width.value, language.value)
  }

  const onPointerDown = (event: PointerEvent) => {
    canvas.current?.setPointerCapture(event.pointerId)
    pointers.current.set(event.pointerId, event.clientX)
    drag.current = { moved: 0, distance: distanceOf(pointers.current) }
  }
  const onPointerMove = (event: PointerEvent) => {
    const before = pointers.current.get(event.pointerId)
    if (before === undefined) return hover(event)
    Tip.hide(tip.current)
    pointers.current.set(event.pointerId, event.clientX)
    const distance = distanceOf(pointers.current)
    if (pointers.current.size === 1) {
      drag.current.moved += Math.abs(event.clientX - before)
      if (drag.current.moved >= dragFrom) state.pan((before - event.clientX) / state.width.value)
    } else if (drag.current.distance > 0 && distance > 0) {
      const [one = 0, other = 0] = pointers.current.values()
      const left = canvas.current?.getBoundingClientRect().left ?? 0
      state.zoom(distance / drag.current.distance, state.axis.value.at((one + other) / 2 - left))
      drag.current = { moved: dragFrom, distance }
    }
  }
  const onPointerUp = (event: PointerEvent) => {
    pointers.current.delete(event.pointerId)
    if (drag.current.moved >= dragFrom) return
    const { x, y } = placeOf(event)
    const grid = rowAt(y)
    if (grid?.row === undefined) return
    const at = state.axis.value.at(x)
    state.select(grid.key, sliceAt(grid.row, at) === undefined ? undefined : Math.round(at))
  }
  const onPointerCancel = (event: PointerEvent) => pointers.current.delete(event.pointerId)

  return (
    <>
      <canvas
        ref={canvas}
        class="timeline-bars"
        aria-hidden="true"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerCancel}
        onPointerLeave={() => Tip.hide(tip.current)}
        onDblClick={(event) => state.zoom(2.5, state.axis.value.at(placeOf(event).x))}
      />
      <div ref={tip} class="timeline-tip" aria-hidden="true" hidden />
    </>
  )
}

/** The distance between the first two fingers, in pixels. */
const distanceOf = (pointers: ReadonlyMap<number, number>): number => {
  const [one, other] = pointers.values()
  return one === undefined || other === undefined ? 0 : Math.abs(one - other)
}
