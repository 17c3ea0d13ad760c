import { type Bar, bars, scaleOf } from "./chart.ts"
import { machineText, number } from "./format.ts"
import type { Results } from "./Results.ts"

const width = 960
const left = 380
const right = 60
const top = 56
const rowHeight = 22
const barHeight = 14
const bottom = 40

const colours = { met: "#2e7d32", missed: "#c62828", none: "#78909c", target: "#212121", grid: "#cfd8dc" }

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

/** Where a ratio lies, in pixels from the left; beyond the scale, at its end. */
export const xOf = (ratio: number, scale: number): number =>
  left + (width - left - right) * Math.min(Math.max(ratio, 0), scale) / scale

const px = (value: number): string => value.toFixed(1)

const label = (x: number, y: number, anchor: "start" | "middle" | "end", text: string, more = ""): string =>
  `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}"${more}>${escaped(text)}</text>`

const line = (x: number, from: number, to: number, colour: string, thickness: number): string =>
  `<line x1="${px(x)}" y1="${px(from)}" x2="${px(x)}" y2="${px(to)}" stroke="${colour}" stroke-width="${thickness}"/>`

const drawn = (bar: Bar, place: number, scale: number): string => {
  const y = top + place * rowHeight
  const middle = y + barHeight / 2 + 4
  const end = Number.isFinite(bar.ratio) ? xOf(bar.ratio, scale) : left
  const mark = bar.target === undefined ? left : xOf(bar.target, scale)
  const colour = bar.met === undefined ? colours.none : bar.met ? colours.met : colours.missed
  return [
    label(left - 8, middle, "end", `${bar.title}, of ${bar.beside}`),
    `<rect x="${left}" y="${px(y)}" width="${px(end - left)}" height="${barHeight}" fill="${colour}"/>`,
    label(Math.max(end, mark) + 6, middle, "start", Number.isFinite(bar.ratio) ? number(bar.ratio) : "not measured"),
    ...(bar.target === undefined ? [] : [line(mark, y - 3, y + barHeight + 3, colours.target, 2)])
  ].join("\n")
}

const grid = (scale: number, height: number): string =>
  Array.from({ length: scale * 2 + 1 }, (_, half) => half / 2).map((ratio) =>
    `${line(xOf(ratio, scale), top - 8, height - bottom, colours.grid, 1)}\n${
      label(xOf(ratio, scale), top - 12, "middle", String(ratio))
    }`
  ).join("\n")

/** The results as a chart: ours as a share of each peer, or of a bound's fulfilment; the mark is what the target asks for. */
export const svg = (results: Results): string => {
  const all = bars(results)
  const scale = scaleOf(all)
  const height = top + all.length * rowHeight + bottom
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    label(
      16,
      20,
      "start",
      "Barista as a share of its peers: above 1 it is the better one; the mark is the target",
      " font-weight=\"bold\""
    ),
    grid(scale, height),
    ...all.map((bar, place) => drawn(bar, place, scale)),
    label(16, height - 14, "start", `${machineText(results.machine)}; ${results.began}`),
    "</svg>"
  ].join("\n")
}
