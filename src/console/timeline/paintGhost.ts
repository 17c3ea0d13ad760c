import type { Ghost } from "./ghost.ts"
import type { Canvas } from "./paintRow.ts"

/** Measures of an outline in CSS pixels. It is higher than a bar, which covers its middle. */
const shape = { top: 1.5, height: 19 } as const
const dashes = [4, 3]
/** The narrowest part of an outline that is divided from the next. */
const leastPart = 6

/** Outlines a fiber as it was predicted, for the bars that are painted over it. A line divides its slices. */
export const paintGhost = ({ axis, paint, palette }: Canvas, { fiber, slices }: Ghost, y: number): void => {
  const [left, right] = [axis.x(fiber.from), axis.x(fiber.to)]
  if (right < 0 || left > axis.width) return
  const top = y + shape.top
  paint.fillStyle = palette.raised
  paint.fillRect(left, top, Math.max(1, right - left), shape.height)
  paint.strokeStyle = palette.strong
  paint.lineWidth = 1
  paint.setLineDash(dashes)
  paint.strokeRect(left, top, Math.max(1, right - left), shape.height)
  paint.beginPath()
  let last = left
  for (const { from } of slices) {
    const x = axis.x(from)
    if (x - last < leastPart || right - x < leastPart) continue
    last = x
    paint.moveTo(x, top)
    paint.lineTo(x, top + shape.height)
  }
  paint.stroke()
  paint.setLineDash([])
}
