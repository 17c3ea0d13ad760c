import { language } from "../texts.ts"
import { axisTicks } from "./Axis.ts"
import { tickDistance } from "./paint.ts"
import type { TimelineState } from "./TimelineState.ts"
import { useCanvas } from "./useCanvas.ts"
import { duration, moment } from "./words.ts"

/** The axis above the bars: round times, and the true length of each folded gap. */
export const AxisHead = ({ state }: { readonly state: TimelineState }) => {
  const canvas = useCanvas(
    (paint, palette, { height, width }) => {
      const axis = state.axis.value
      paint.font = "11px system-ui, sans-serif"
      paint.textBaseline = "middle"
      for (const { from, to } of axis.time.gaps) {
        const [left, right] = [axis.x(from), axis.x(to)]
        if (right < 0 || left > width) continue
        paint.fillStyle = palette.raised
        paint.fillRect(left, 0, right - left, height)
        const text = [`⋯ ${duration(to - from, language.value)}`, "⋯"].find((one) =>
          paint.measureText(one).width < right - left
        )
        if (text === undefined) continue
        paint.fillStyle = palette.muted
        paint.textAlign = "center"
        paint.fillText(text, (left + right) / 2, height / 2)
      }
      paint.textAlign = "left"
      paint.fillStyle = palette.muted
      const largest = Math.max(1, axis.to)
      for (const tick of axisTicks(axis, tickDistance(axis))) {
        const text = moment(tick, language.value, largest)
        const x = axis.x(tick)
        if (x + paint.measureText(text).width + 4 > width) continue
        if (axis.time.gaps.some(({ from, to }) => axis.x(to) > x && axis.x(from) < x + 40)) continue
        paint.fillRect(Math.round(x), height - 5, 1, 5)
        paint.fillText(text, Math.round(x) + 4, height / 2)
      }
    },
    () => [state.axis.value, language.value],
    [state]
  )
  return <canvas ref={canvas} class="timeline-axis" aria-hidden="true" />
}
