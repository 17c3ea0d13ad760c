import { useRef } from "preact/hooks"
import type { Timeline } from "../../timeline/Timeline.ts"
import { Axis, panned } from "./Axis.ts"
import { Profile } from "./Profile.ts"
import type { TimelineState } from "./TimelineState.ts"
import { useCanvas } from "./useCanvas.ts"

/** Counts, for each pixel, the fibers that ran or could run, and those that waited. */
const load = (timelines: ReadonlyArray<Timeline>, axis: Axis) => {
  const width = Math.ceil(axis.width)
  const [busy, waiting] = [new Profile(width), new Profile(width)]
  for (const { slices } of timelines) {
    for (const { from, state, to } of slices) {
      const profile = state === "waiting" ? waiting : busy
      profile.change(axis.x(from), 1)
      profile.change(axis.x(to), -1)
    }
  }
  return { busy: busy.counts, waiting: waiting.counts }
}

interface Kept {
  readonly key: unknown
  readonly width: number
  readonly load: ReturnType<typeof load>
}

/** The whole recording in one line, with the shown part as a window that can be dragged. */
export const Minimap = ({ state }: { readonly state: TimelineState }) => {
  const kept = useRef<Kept | undefined>(undefined)
  const whole = () => {
    const time = state.time.value
    return new Axis(time, { from: 0, to: time.total }, state.width.value)
  }
  const canvas = useCanvas(
    (paint, palette, { height, width: all }) => {
      const axis = whole()
      const { width } = axis
      if (kept.current?.key !== state.time.value || kept.current.width !== width) {
        const made = load(state.tracks.value.map(({ timeline }) => timeline), axis)
        kept.current = { key: state.time.value, width, load: made }
      }
      const { busy, waiting } = kept.current.load
      let most = 1
      for (let x = 0; x < width; x++) most = Math.max(most, (busy[x] ?? 0) + (waiting[x] ?? 0))
      const profile = (heightAt: (x: number) => number, colour: string) => {
        paint.beginPath()
        for (let x = 0; x < width; x++) {
          const tall = Math.ceil(heightAt(x) / most * (height - 2))
          if (tall > 0) paint.rect(x, height - tall, 1, tall)
        }
        paint.fillStyle = colour
        paint.fill()
      }
      profile((x) => (busy[x] ?? 0) + (waiting[x] ?? 0), palette.strong)
      profile((x) => busy[x] ?? 0, palette.flat("running"))
      const { from, to } = state.shown.value
      const scale = width / Math.max(1, axis.shown.to)
      const [left, right] = [from * scale, to * scale]
      paint.fillStyle = palette.surface
      paint.globalAlpha = 0.7
      paint.fillRect(0, 0, left, height)
      paint.fillRect(right, 0, all - right, height)
      paint.globalAlpha = 1
      paint.strokeStyle = palette.accent
      paint.lineWidth = 1.5
      paint.strokeRect(Math.max(0.75, left), 0.75, Math.max(3, Math.min(width, right) - left) - 1.5, height - 1.5)
    },
    () => [state.shown.value, state.tracks.value, state.time.value, state.width.value],
    [state]
  )
  const last = useRef<number | undefined>(undefined)
  const drawnAt = (x: number) => x / state.width.value * state.time.value.total

  const onPointerDown = (event: PointerEvent) => {
    canvas.current?.setPointerCapture(event.pointerId)
    last.current = event.offsetX
    const { from, to } = state.shown.value
    const at = drawnAt(event.offsetX)
    // a press beside the window brings the window there
    if (at < from || at > to) state.show(panned({ from, to }, at - (from + to) / 2, state.time.value.total))
  }
  const onPointerMove = (event: PointerEvent) => {
    if (last.current === undefined) return
    state.show(panned(state.shown.value, drawnAt(event.offsetX) - drawnAt(last.current), state.time.value.total))
    last.current = event.offsetX
  }
  const end = () => {
    last.current = undefined
  }
  return (
    <canvas
      ref={canvas}
      class="timeline-minimap"
      aria-hidden="true"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={end}
      onPointerCancel={end}
    />
  )
}
