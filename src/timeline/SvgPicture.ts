import { allShown, meanings, type Row, rowsOf, type Shown, shownState, ticks, timeText } from "./pictureRows.ts"
import type { Timeline } from "./Timeline.ts"

const fills: Readonly<Record<Shown, string>> = {
  running: "#2e7d32",
  ready: "#f9a825",
  sleep: "#90caf9",
  pause: "#4dd0e1",
  join: "#cfd8dc",
  permit: "#ce93d8",
  turn: "#ce93d8",
  commit: "#80cbc4",
  worker: "#80cbc4",
  upstream: "#80cbc4",
  queue: "#ce93d8",
  signal: "#ce93d8",
  socket: "#80cbc4",
  file: "#80cbc4",
  mail: "#80cbc4",
  unknown: "#eceff1"
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

const nameWidth = 220
const barWidth = 720
const rowHeight = 20
const headHeight = 30

/** Draws the colours that are used, below the axis, an entry a line. */
const legend = (timeline: Timeline, top: number): ReadonlyArray<string> => {
  const used = new Set(timeline.slices.map(shownState))
  return allShown.filter((state) => used.has(state)).map((state, index) => {
    const y = top + index * rowHeight
    return `<rect x="${nameWidth}" y="${y}" width="24" height="12" fill="${fills[state]}"/>` +
      `<text x="${nameWidth + 32}" y="${y + 11}">${meanings[state]}</text>`
  })
}

/** Draws a timeline as a self-contained SVG. */
export const draw = (timeline: Timeline): string => {
  const rows = rowsOf(timeline)
  const until = Math.max(1, timeline.duration_ns)
  const x = (nanos: number) => Number((nameWidth + (nanos / until) * barWidth).toFixed(2))
  const bottom = headHeight + rows.length * rowHeight
  const entries = legend(timeline, bottom + 32)
  const height = bottom + 40 + entries.length * rowHeight
  const row = ({ depth, fiber, moments, slices }: Row, index: number): string => {
    const y = headHeight + index * rowHeight
    const bars = slices.map((slice) => {
      const state = shownState(slice)
      const width = Math.max(0.5, x(slice.to) - x(slice.from))
      const told = `${state} ${timeText(slice.to - slice.from)}`
      return `<rect x="${x(slice.from)}" y="${y + 3}" width="${width.toFixed(2)}" height="${rowHeight - 6}" fill="${
        fills[state]
      }"><title>${escaped(told)}</title></rect>`
    }).join("")
    const end = fiber.outcome === "interrupted"
      ? "✕"
      : fiber.outcome === "failure" || fiber.outcome === "defect"
      ? "!"
      : ""
    const mark = end === ""
      ? ""
      : `<text x="${x(fiber.to) + 3}" y="${y + 14}" fill="#c62828" font-weight="bold">${end}</text>`
    const marks = moments.map(({ at, kind, value }) =>
      `<text x="${x(at)}" y="${y + 14}" fill="#b71c1c" font-weight="bold">${kind === "timeout" ? "T" : value}</text>`
    ).join("")
    return `<text x="${8 + depth * 12}" y="${y + 14}">${escaped(fiber.name)}</text>${bars}${marks}${mark}`
  }
  const lines = ticks(until, 8).map((tick) =>
    `<line x1="${x(tick)}" y1="${headHeight}" x2="${x(tick)}" y2="${bottom}" stroke="#b0bec5" stroke-width="0.5"/>` +
    `<text x="${x(tick)}" y="${bottom + 16}" text-anchor="middle" fill="#546e7a">${timeText(tick, until)}</text>`
  ).join("")
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${nameWidth + barWidth + 40}" height="${height}" ` +
    `font-family="system-ui, sans-serif" font-size="12">` +
    `<rect width="100%" height="100%" fill="#ffffff"/>` +
    `<text x="8" y="19" font-weight="bold">${escaped(timeline.name)}</text>${lines}${rows.map(row).join("")}${
      entries.join("")
    }</svg>\n`
}
