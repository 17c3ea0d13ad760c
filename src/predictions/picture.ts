import { type Language, type Text, text } from "../domain/Text.ts"
import type { Report } from "../simulation/Report.ts"
import { escaped, pixels, title as hidden } from "../timeline/svgText.ts"

const width = 760
const left = 56
const right = 16
const panelHeight = 150
const panelGap = 46
const headHeight = 56

/** A line of a chart, a value for each interval of its `step` seconds. */
interface Line {
  readonly name: string
  readonly step: number
  readonly values: ReadonlyArray<number>
}

/** Lines over the same time, with one scale. */
interface Panel {
  readonly title: string
  readonly lines: ReadonlyArray<Line>
}

/** A report and the name under which a chart shows it. */
export interface Named {
  readonly name: string
  readonly report: Report
}

/** The greatest of 1, 2 and 5 times a power of ten that divides a range into at least three parts. */
const stepOf = (range: number): number => {
  const power = 10 ** Math.floor(Math.log10(range / 3))
  return [5, 2, 1].map((factor) => factor * power).find((step) => range / step >= 3) ?? power
}

const ticks = (range: number): ReadonlyArray<number> => {
  const step = stepOf(range)
  return Array.from({ length: Math.floor(range / step) + 1 }, (_, index) => Number((index * step).toPrecision(6)))
}

/** The end of the last interval in which a line is not at 0, and one more. */
const secondsOf = ({ step, values }: Line) =>
  step * Math.min(values.length, values.findLastIndex((value) => value > 0) + 2)

const path = (
  { step, values }: Line,
  until: number,
  x: (seconds: number) => number,
  y: (value: number) => number
): string =>
  values.slice(0, Math.ceil(until / step)).map((value, index) =>
    `${index === 0 ? "M" : "L"}${pixels(x((index + 0.5) * step))} ${pixels(y(value))}`
  ).join(
    ""
  )

const drawPanel = ({ lines, title }: Panel, top: number, until: number): string => {
  const most = Math.max(1, ...lines.map(({ values }) => values.reduce((high, value) => Math.max(high, value), 0)))
  const bottom = top + panelHeight
  const x = (seconds: number) => left + (seconds / until) * (width - left - right)
  const y = (value: number) => bottom - (value / most) * panelHeight
  const grid = ticks(most).map((tick) =>
    `<line class="grid" x1="${left}" x2="${width - right}" y1="${pixels(y(tick))}" y2="${pixels(y(tick))}"/>` +
    `<text class="quiet" x="${left - 6}" y="${pixels(y(tick) + 4)}" text-anchor="end">${tick}</text>`
  )
  const axis = ticks(until).map((tick) =>
    `<text class="quiet" x="${pixels(x(tick))}" y="${bottom + 16}" text-anchor="middle">${tick} s</text>`
  )
  const names = lines.map(({ name }, index) =>
    `<tspan class="name${index % colours.length}" dx="14">${escaped(name)}</tspan>`
  )
  return `<text x="${left}" y="${top - 8}"><tspan class="head">${escaped(title)}</tspan>${names.join("")}</text>` +
    grid.join("") + axis.join("") +
    lines.map((line, index) =>
      `<path class="line line${index % colours.length}" d="${path(line, until, x, y)}">${hidden(line.name)}</path>`
    )
      .join("")
}

/** Colours on a light ground and on a dark one; more lines begin again. */
const colours = [
  ["#1565c0", "#64b5f6"],
  ["#c62828", "#ef9a9a"],
  ["#2e7d32", "#a5d6a7"],
  ["#6a1b9a", "#ce93d8"],
  ["#ef6c00", "#ffcc80"],
  ["#37474f", "#b0bec5"],
  ["#00838f", "#80deea"],
  ["#9e9d24", "#e6ee9c"]
] as const

const style = (dark: boolean): string =>
  colours.map((pair, index) => {
    const colour = pair[dark ? 1 : 0]
    return `.line${index}{stroke:${colour}}.name${index}{fill:${colour}}`
  }).join("")

const sheet = `<style>text{fill:#222}.quiet{fill:#666}.paper{fill:#fff}.grid{stroke:#ddd}.head{font-weight:600}` +
  `.line{fill:none;stroke-width:1.6}${style(false)}@media(prefers-color-scheme:dark){text{fill:#eee}.quiet{fill:#aaa}` +
  `.paper{fill:#161616}.grid{stroke:#333}${style(true)}}</style>`

const line = (
  name: string,
  { series }: Report,
  of: "arrivals" | "goodput" | "attempts" | "in_flight" | "queue"
): Line => {
  const perSecond = of === "in_flight" || of === "queue" ? 1 : series.step
  return { name, step: series.step, values: series[of].map((value) => value / perSecond) }
}

const words = {
  perSecond: text("par seconde", "per second"),
  atOnce: text("à la fois", "at once"),
  arrivals: text("arrivées", "arrivals"),
  attempts: text("essais", "attempts"),
  goodput: text("succès", "goodput"),
  inFlight: text("requêtes en cours", "requests under way"),
  queue: text("essais dans la file", "attempts in the queue"),
  goodputs: text("succès par seconde", "goodput per second"),
  manyAttempts: text("essais par seconde", "attempts per second")
} as const satisfies Record<string, Text>

/** The panels of one report, or of several reports that are compared. */
const panelsOf = (reports: ReadonlyArray<Named>, language: Language): ReadonlyArray<Panel> => {
  const say = (word: keyof typeof words): string => words[word][language]
  const [only, ...others] = reports
  if (only !== undefined && others.length === 0) {
    const { report } = only
    return [
      {
        title: say("perSecond"),
        lines: [
          line(say("arrivals"), report, "arrivals"),
          line(say("attempts"), report, "attempts"),
          line(say("goodput"), report, "goodput")
        ]
      },
      {
        title: say("atOnce"),
        lines: [line(say("inFlight"), report, "in_flight"), line(say("queue"), report, "queue")]
      }
    ]
  }
  return [
    { title: say("goodputs"), lines: reports.map(({ name, report }) => line(name, report, "goodput")) },
    { title: say("manyAttempts"), lines: reports.map(({ name, report }) => line(name, report, "attempts")) }
  ]
}

/** Draws reports over virtual time as a self-contained SVG. It follows the reader's light or dark colour scheme. */
export const draw = (title: string, reports: ReadonlyArray<Named>, language: Language = "en"): string => {
  const panels = panelsOf(reports, language)
  const until = Math.max(1, ...panels.flatMap(({ lines }) => lines.map(secondsOf)))
  const height = headHeight + panels.length * (panelHeight + panelGap)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12">` +
    hidden(title) + sheet + `<rect class="paper" width="100%" height="100%"/>` +
    `<text class="head" x="8" y="20">${escaped(title)}</text>` +
    panels.map((panel, index) => drawPanel(panel, headHeight + index * (panelHeight + panelGap), until)).join("") +
    "</svg>\n"
}
