import type { Language } from "../domain/Text.ts"
import { rowsOf, ticks } from "./pictureRows.ts"
import { drawLegend } from "./svgLegend.ts"
import { type Axis, drawRow, nameWidth, rowHeight } from "./svgRow.ts"
import { style } from "./svgStyle.ts"
import { escaped, fitted, pixels, title } from "./svgText.ts"
import { svgWords, timeIn } from "./svgWords.ts"
import type { Timeline } from "./Timeline.ts"
import { why } from "./why.ts"

const barWidth = 640
const headHeight = 56
/** Room for the marks beyond the end of the axis. */
const margin = 30
/** Rows drawn at most, so that a picture stays below some megabytes; further fibers are counted. */
const mostRows = 200
const narrowestName = 90
const widestName = 300

const drawAxis = ({ language, until, x }: Axis, bottom: number): string =>
  ticks(until, 8).map((tick) =>
    `<line class="grid" x1="${x(tick)}" y1="${headHeight}" x2="${x(tick)}" y2="${bottom}"/>` +
    `<text class="quiet" x="${x(tick)}" y="${bottom + 16}" text-anchor="middle">${timeIn(language, tick, until)}</text>`
  ).join("")

const drawStalls = ({ loop_stalls }: Timeline, { language, until, x }: Axis, bottom: number): string =>
  loop_stalls.map(({ from, name, to }) =>
    `<rect class="stall" x="${x(from)}" y="${headHeight}" width="${pixels(Math.max(1, x(to) - x(from)))}" height="${
      bottom - headHeight
    }">${title(svgWords[language].stalled(name, timeIn(language, to - from, until)))}</rect>`
  ).join("")

const notesOf = ({ lost }: Timeline, language: Language, undrawn: number): ReadonlyArray<string> => [
  ...(undrawn > 0 ? [svgWords[language].moreFibers(undrawn)] : []),
  ...(lost.events || lost.fibers > 0 || lost.spans > 0
    ? [svgWords[language].lost(lost)]
    : [])
]

/**
 * Draws a timeline as a self-contained SVG of bounded size: a row a fiber, a colour a state, an axis and a legend. Its
 * second line tells where the time went. It follows the reader's light or dark colour scheme. The text comes in parts,
 * between which other work may run.
 */
export function* parts(timeline: Timeline, language: Language): Generator<string> {
  const all = rowsOf(timeline)
  const rows = all.slice(0, mostRows)
  const left = Math.ceil(Math.min(widestName, Math.max(narrowestName, ...rows.map((row) => nameWidth(row) + 14))))
  const until = Math.max(1, timeline.duration_ns)
  const axis: Axis = {
    language,
    left,
    until,
    x: (nanos) => Number((left + (Math.min(nanos, until) / until) * barWidth).toFixed(2))
  }
  const width = left + barWidth + margin
  const bottom = headHeight + rows.length * rowHeight
  const [legend, legendHeight] = drawLegend(timeline, language, bottom + 32, width)
  const end = bottom + 32 + legendHeight
  const notes = notesOf(timeline, language, all.length - rows.length)
  const height = end + notes.length * 18 + 4
  const told = why(timeline, language)
  yield `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12">` +
    title(`${timeline.name}: ${told}`) +
    style +
    `<rect class="paper" width="100%" height="100%"/>` +
    `<text class="head" x="8" y="20">${escaped(fitted(timeline.name, width - 16, 9))}</text>` +
    `<text class="quiet" x="8" y="40">${escaped(fitted(told, width - 16))}</text>` +
    drawAxis(axis, bottom)
  for (const [index, row] of rows.entries()) yield drawRow(row, axis, headHeight + index * rowHeight)
  yield drawStalls(timeline, axis, bottom) + legend +
    notes.map((note, index) => `<text class="quiet" x="8" y="${end + 12 + index * 18}">${note}</text>`).join("")
  yield "</svg>\n"
}

/** Draws a timeline as one text of SVG. */
export const draw = (timeline: Timeline, language: Language = "en"): string => [...parts(timeline, language)].join("")
