import { allShown, type Shown } from "./pictureRows.ts"

/** The colour of a state on a light ground and on a dark one, each legible below its label. */
const fills: Readonly<Record<Shown, readonly [light: string, dark: string]>> = {
  running: ["#4caf50", "#2e7d32"],
  ready: ["#fbc02d", "#a37400"],
  sleep: ["#90caf9", "#1f5f99"],
  pause: ["#80deea", "#0f6b77"],
  join: ["#cfd8dc", "#3d4a52"],
  permit: ["#ce93d8", "#7b3f8c"],
  turn: ["#f48fb1", "#8e3a5c"],
  commit: ["#80cbc4", "#1f6b63"],
  worker: ["#ffab91", "#93492e"],
  upstream: ["#9fa8da", "#434f9c"],
  queue: ["#b39ddb", "#5a4391"],
  signal: ["#bcaaa4", "#6d5850"],
  socket: ["#a5d6a7", "#3f6f42"],
  file: ["#e6ee9c", "#6b7020"],
  mail: ["#ffcc80", "#8a5a14"],
  unknown: ["#f5f7f8", "#20272d"]
}

interface Ground {
  readonly paper: string
  readonly ink: string
  readonly quiet: string
  readonly grid: string
  readonly alarm: string
}

const light: Ground = { paper: "#ffffff", ink: "#1b1f24", quiet: "#57636c", grid: "#d8dee3", alarm: "#b71c1c" }
const dark: Ground = { paper: "#0d1117", ink: "#e6edf3", quiet: "#9aa7b3", grid: "#2d353e", alarm: "#ff8a80" }

const rules = ({ alarm, grid, ink, paper, quiet }: Ground, tone: 0 | 1): string =>
  [
    `.paper{fill:${paper}}`,
    `text{fill:${ink}}`,
    ".head{font-size:14px;font-weight:600}",
    ".label{font-size:11px}",
    `.quiet{fill:${quiet}}`,
    `.grid{stroke:${grid}}`,
    `.span{fill:${ink};fill-opacity:.55}`,
    `.mark{fill:${alarm};stroke:${paper};stroke-width:3px;paint-order:stroke;font-weight:700}`,
    `.bad{fill:${alarm}}`,
    `.asked{fill:${alarm};fill-opacity:.5}`,
    `.stall{fill:${alarm};fill-opacity:.12}`,
    ...allShown.map((state) => `.${state}{fill:${fills[state][tone]}}`),
    // a reason that nobody saw looks like a hole
    `.unknown{stroke:${quiet};stroke-width:.6px;stroke-dasharray:3 2}`
  ].join("")

/** The style sheet of a picture. Alone in a browser or in a page, the picture follows the reader's colour scheme. */
export const style = `<style>${rules(light, 0)}@media (prefers-color-scheme:dark){${rules(dark, 1)}}</style>`
