import type { Language } from "../../domain/Text.ts"
import type { Shown } from "../../timeline/pictureRows.ts"
import { isMishap, signOf } from "../../timeline/policyMoments.ts"
import type { Interruption } from "../../timeline/Timeline.ts"
import { letters } from "../../timeline/words.ts"
import type { Axis } from "./Axis.ts"
import { type Bar, barsOf } from "./bars.ts"
import type { Palette } from "./palette.ts"
import type { FiberRow } from "./Track.ts"
import { duration, stateNouns } from "./words.ts"

/** Measures of a row in CSS pixels. */
export const rowHeight = 26
const tall = { top: 3, height: 16 } as const
/** A fiber that waits has a lower bar than one that runs: the eye finds work first. */
const low = { top: 5, height: 12 } as const
const spanTop = 21
const spanHeight = 2
/** Spans inside each other that have a line of their own. */
const spanLevels = 2
/** The narrowest bars that show their pattern, a letter, and words. */
const room = { pattern: 5, letter: 15, words: 64 } as const
const letterFont = "600 10px ui-monospace, monospace"
const wordFont = "10.5px system-ui, sans-serif"

export interface Canvas {
  readonly paint: CanvasRenderingContext2D
  readonly axis: Axis
  readonly palette: Palette
  readonly language: Language
}

const shapeOf = (state: Shown) => state === "running" || state === "ready" ? tall : low

/** Results that are remembered at most; then all are forgotten. */
const mostRemembered = 10_000

/** Remembers results, as each frame writes nearly the same texts as the one before. */
const remembered = <A>(results: Map<string | number, A>, key: string | number, make: () => A): A => {
  const known = results.get(key)
  if (known !== undefined) return known
  if (results.size >= mostRemembered) results.clear()
  const made = make()
  results.set(key, made)
  return made
}

const lengths: Readonly<Record<Language, Map<string | number, string>>> = { fr: new Map(), en: new Map() }
const widths = new Map<string | number, number>()

/** Writes a state on its bar: as a word if there is room, with its length if there is more, else as a letter. */
const label = (
  { language, paint, palette }: Canvas,
  { state, time, width, x }: Bar,
  y: number,
  indent: number
): void => {
  const { height, top } = shapeOf(state)
  const isWide = width >= room.words
  paint.font = isWide ? wordFont : letterFont
  const widthOf = (text: string) => remembered(widths, text, () => paint.measureText(text).width)
  const length = isWide ? remembered(lengths[language], time, () => duration(time, language)) : ""
  const word = stateNouns[state][language]
  // a bar that begins left of the view is labelled where it comes into view
  const left = Math.max(0, x) + indent
  const fits = (text: string) => widthOf(text) + 8 < x + width - left
  const text = [...(isWide ? [`${word} ${length}`, word] : []), letters[state]].find(fits)
  if (text === undefined) return
  if (state !== "running") {
    paint.fillStyle = palette.ground(state)
    paint.fillRect(left + 1, y + top, widthOf(text) + 6, height)
  }
  paint.fillStyle = state === "running" ? palette.surface : palette.ink
  paint.textAlign = "left"
  paint.fillText(text, left + 4, y + top + height / 2 + 1)
}

const paintBar = (canvas: Canvas, bar: Bar, y: number, indent: number): void => {
  const { paint, palette } = canvas
  const { count, state, width, x } = bar
  const { height, top } = shapeOf(state)
  const drawn = Math.max(1, width)
  paint.fillStyle = drawn < room.pattern ? palette.flat(state) : palette.fill(state)
  paint.fillRect(x, y + top, drawn, height)
  if (drawn < room.pattern || count > 1) return
  // neighbours in one state are told apart by their edge
  paint.fillStyle = palette.surface
  paint.fillRect(x + drawn - 0.5, y + top, 0.5, height)
  if (drawn >= room.letter) label(canvas, bar, y, indent)
}

const paintSpans = ({ axis, paint, palette }: Canvas, { fiber, spans }: FiberRow, y: number): void => {
  const ends: Array<number> = []
  paint.fillStyle = palette.muted
  for (const { from, outcome, to } of spans) {
    // the first span is as long as its fiber, whose name it is
    if (from <= fiber.from && to >= fiber.to) continue
    let level = 0
    while (level < ends.length && (ends[level] ?? 0) > from) level++
    ends[level] = to
    const [left, right] = [axis.x(from), axis.x(to)]
    if (level >= spanLevels || right < 0 || left > axis.width) continue
    paint.globalAlpha = outcome === "failure" || outcome === "defect" ? 1 : 0.6
    paint.fillStyle = outcome === "failure" || outcome === "defect" ? palette.bad : palette.muted
    paint.fillRect(left, y + spanTop + level * 3, Math.max(1, right - left - 1), spanHeight)
  }
  paint.globalAlpha = 1
}

/** A sign in a small disc, readable above any bar. */
const paintSign = ({ axis, paint, palette }: Canvas, sign: string, time: number, y: number, colour: string): void => {
  const x = axis.x(time)
  if (x < -8 || x > axis.width + 8) return
  const at = Math.max(6, Math.min(axis.width - 6, x))
  paint.beginPath()
  paint.arc(at, y + 11, 6.5, 0, 2 * Math.PI)
  paint.fillStyle = palette.surface
  paint.fill()
  paint.strokeStyle = colour
  paint.lineWidth = 1.25
  paint.stroke()
  paint.fillStyle = colour
  paint.font = "700 9px ui-monospace, monospace"
  paint.textAlign = "center"
  paint.fillText(sign, at, y + 11.5)
}

/** An interruption: a dashed line while the fiber is protected, a solid one while it cleans up. */
const paintInterruption = (
  { axis, paint, palette }: Canvas,
  { asked, cleaned_up, honoured }: Interruption,
  end: number,
  y: number
): void => {
  const line = (from: number, to: number, isDashed: boolean) => {
    const [left, right] = [axis.x(from), axis.x(to)]
    if (right - left < 0.5 || right < 0 || left > axis.width) return
    paint.setLineDash(isDashed ? [3, 3] : [])
    paint.beginPath()
    paint.moveTo(Math.max(0, left), y + 2)
    paint.lineTo(Math.min(axis.width, right), y + 2)
    paint.stroke()
  }
  paint.strokeStyle = palette.bad
  paint.lineWidth = 2
  line(asked, honoured ?? end, true)
  if (honoured !== null) line(honoured, cleaned_up ?? end, false)
  paint.setLineDash([])
  const x = axis.x(asked)
  if (x < 0 || x > axis.width) return
  paint.fillStyle = palette.bad
  paint.beginPath()
  paint.moveTo(x - 4, y)
  paint.lineTo(x + 4, y)
  paint.lineTo(x, y + 6)
  paint.fill()
}

const endSigns = { failure: "!", defect: "!", interrupted: "×", success: "", running: "" } as const

/** Paints a fiber; returns the number of its bars. */
export const paintRow = (canvas: Canvas, row: FiberRow, y: number): number => {
  const { axis, palette } = canvas
  const { fiber, interruptions, moments, slices } = row
  const bars = barsOf(slices, axis)
  if (slices.length === 0 && fiber.from <= axis.to && fiber.to >= axis.from) {
    // a life without a length, as in virtual time
    canvas.paint.fillStyle = palette.flat("running")
    canvas.paint.fillRect(axis.x(fiber.from) - 0.5, y + tall.top, 1.5, tall.height)
  }
  // the first letters would stand below the sign of an attempt
  const indent = moments.length > 0 ? 7 : 0
  for (const bar of bars) paintBar(canvas, bar, y, indent)
  paintSpans(canvas, row, y)
  for (const interruption of interruptions) paintInterruption(canvas, interruption, fiber.to, y)
  const sign = endSigns[fiber.outcome]
  if (sign !== "") paintSign(canvas, sign, fiber.to, y, palette.bad)
  for (const moment of moments) {
    paintSign(canvas, signOf(moment), moment.at, y, isMishap(moment) ? palette.bad : palette.accent)
  }
  return bars.length
}
