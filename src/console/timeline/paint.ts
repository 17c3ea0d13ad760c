import type { Language } from "../../domain/Text.ts"
import type { Segment } from "../../timeline/criticalPath.ts"
import { type Axis, axisTicks } from "./Axis.ts"
import type { GridRow } from "./grid.ts"
import { paintGhost } from "./paintGhost.ts"
import { type Canvas, paintRow, rowHeight } from "./paintRow.ts"
import type { Palette } from "./palette.ts"
import type { TimelineState } from "./TimelineState.ts"
import { keyOf, type Track } from "./Track.ts"

/** The part of the rows that is visible. */
export interface Viewport {
  readonly scrollTop: number
  readonly height: number
}

/** The distance between two lines of the axis in CSS pixels; a narrow axis has a few lines too. */
export const tickDistance = ({ width }: Axis): number => Math.max(48, Math.min(96, width / 4))

const middle = (index: number, { scrollTop }: Viewport) => index * rowHeight + rowHeight / 2 - scrollTop

const isInView = (index: number, { height, scrollTop }: Viewport): boolean =>
  (index + 1) * rowHeight > scrollTop && index * rowHeight < scrollTop + height

/** Paints what lies behind the bars: folded time, lines of the axis, stalls of the event loop. */
const paintGround = (
  { axis, paint, palette }: Canvas,
  tracks: ReadonlyArray<Track>,
  height: number
): void => {
  paint.fillStyle = palette.raised
  for (const { from, to } of axis.time.gaps) {
    const [left, right] = [axis.x(from), axis.x(to)]
    if (right > 0 && left < axis.width) paint.fillRect(left, 0, right - left, height)
  }
  paint.strokeStyle = palette.line
  paint.lineWidth = 1
  paint.beginPath()
  for (const tick of axisTicks(axis, tickDistance(axis))) {
    const x = Math.round(axis.x(tick)) + 0.5
    paint.moveTo(x, 0)
    paint.lineTo(x, height)
  }
  paint.stroke()
  for (const { timeline } of tracks) {
    for (const { from, to } of timeline.loop_stalls) {
      paint.globalAlpha = 0.14
      paint.fillStyle = palette.bad
      paint.fillRect(axis.x(from), 0, Math.max(1, axis.x(to) - axis.x(from)), height)
      paint.globalAlpha = 1
    }
  }
}

/** An arrow down or up from a fiber to one that it woke, forked or interrupted. */
const paintEdge = ({ paint }: Canvas, x: number, from: number, to: number, colour: string, isDashed: boolean): void => {
  const direction = Math.sign(to - from)
  const tip = to - direction * 7
  paint.strokeStyle = paint.fillStyle = colour
  paint.lineWidth = 1.5
  paint.setLineDash(isDashed ? [3, 2] : [])
  paint.beginPath()
  paint.moveTo(x, from)
  paint.lineTo(x, tip)
  paint.stroke()
  paint.setLineDash([])
  paint.beginPath()
  paint.moveTo(x - 3.5, tip - direction * 5)
  paint.lineTo(x + 3.5, tip - direction * 5)
  paint.lineTo(x, tip)
  paint.fill()
}

/** Interruptions whose lines are drawn together; of more of them only the selected fiber's are. */
const mostLines = 12

/** Paints who interrupted whom: a line from the one who asked, or else from the interrupted parent. */
const paintInterrupters = (canvas: Canvas, state: TimelineState, viewport: Viewport): void => {
  const { axis, palette } = canvas
  const positions = state.positions.value
  const selected = positions.get(state.selection.value?.key ?? "")
  const lines = state.tracks.value.flatMap((track) =>
    track.timeline.interruptions.flatMap(({ asked, by, fiber }) => {
      const target = positions.get(keyOf(track.number, fiber))
      const parent = track.row(fiber)?.parent
      const source = by ?? ((parent?.interruptions.length ?? 0) > 0 ? parent?.fiber.id : undefined)
      const from = source === undefined ? undefined : positions.get(keyOf(track.number, source))
      if (target === undefined || from === undefined || from === target) return []
      const isVisible = isInView(target, viewport) || from === selected
      const x = axis.x(asked)
      return isVisible && x >= 0 && x <= axis.width ? [{ x, from, target }] : []
    })
  )
  const isFew = lines.length <= mostLines
  for (const { from, target, x } of lines) {
    if (!isFew && from !== selected && target !== selected) continue
    paintEdge(canvas, x, middle(from, viewport), middle(target, viewport), palette.bad, true)
  }
}

/** Paints who ended the selected wait, and whom the selected slice woke. */
const paintWakes = (canvas: Canvas, state: TimelineState, viewport: Viewport): void => {
  const { axis, palette } = canvas
  const selected = state.selected.value
  const slice = state.slice.value
  if (selected === undefined || slice === undefined) return
  const { row, track } = selected
  const positions = state.positions.value
  const own = positions.get(row.key)
  const edge = (time: number, source: number | undefined, target: number | undefined) => {
    const x = axis.x(time)
    if (source === undefined || target === undefined || x < 0 || x > axis.width) return
    paintEdge(canvas, x, middle(source, viewport), middle(target, viewport), palette.focus, false)
  }
  if (typeof slice.woken_by === "number") edge(slice.to, positions.get(keyOf(track.number, slice.woken_by)), own)
  for (const { fiber, to } of track.wokenBy(row.fiber.id)) {
    if (to >= slice.from && to <= slice.to) edge(to, own, positions.get(keyOf(track.number, fiber)))
  }
}

/** Draws a line above and below the parts of a fiber that lie on the critical path. */
const paintPath = ({ axis, paint, palette }: Canvas, segments: ReadonlyArray<Segment>, y: number): void => {
  paint.fillStyle = palette.accent
  for (const { from, to } of segments) {
    const [left, right] = [Math.max(0, axis.x(from)), Math.min(axis.width, axis.x(to))]
    if (right < left) continue
    paint.fillRect(left, y, Math.max(1, right - left), 2)
    paint.fillRect(left, y + 20, Math.max(1, right - left), 2)
  }
}

const paintSelection = (canvas: Canvas, state: TimelineState, height: number): void => {
  const { axis, paint, palette } = canvas
  const at = state.selection.value?.at
  if (at === undefined) return
  const x = axis.x(at)
  paint.fillStyle = palette.focus
  paint.fillRect(x - 0.5, 0, 1, height)
}

/** Paints the visible rows; returns how many rows, bars and ghosts these are, and when the last ghost ends. */
export const paintTimeline = (
  paint: CanvasRenderingContext2D,
  state: TimelineState,
  palette: Palette,
  viewport: Viewport,
  language: Language
): { readonly rows: number; readonly bars: number; readonly ghosts: number; readonly ghostsEnd: number } => {
  const axis = state.axis.value
  const canvas: Canvas = { paint, axis, palette, language }
  const { height, scrollTop } = viewport
  paint.textBaseline = "middle"
  const rows: ReadonlyArray<GridRow> = state.rows.value
  const first = Math.floor(scrollTop / rowHeight)
  const visible = rows.slice(first, Math.ceil((scrollTop + height) / rowHeight))
  const chosen = state.positions.value.get(state.selection.value?.key ?? "")
  if (chosen !== undefined && isInView(chosen, viewport)) {
    paint.fillStyle = palette.raised
    paint.fillRect(0, chosen * rowHeight - scrollTop, axis.width, rowHeight)
  }
  paintGround(canvas, state.tracks.value, height)
  let [bars, ghosts, ghostsEnd] = [0, 0, 0]
  visible.forEach(({ row }, index) => {
    if (row === undefined) return
    const y = (first + index) * rowHeight - scrollTop
    const ghost = state.ghosts.value.get(row.key)
    if (ghost !== undefined) {
      paintGhost(canvas, ghost, y)
      ghosts++
      ghostsEnd = Math.max(ghostsEnd, ghost.fiber.to)
    }
    bars += paintRow(canvas, row, y)
    paintPath(canvas, state.path.value.get(row.key) ?? [], y)
  })
  paintInterrupters(canvas, state, viewport)
  paintWakes(canvas, state, viewport)
  paintSelection(canvas, state, height)
  return { rows: visible.length, bars, ghosts, ghostsEnd }
}
