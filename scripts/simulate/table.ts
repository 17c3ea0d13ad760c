import { counted } from "../../src/domain/counted.ts"
import type { Report } from "../../src/simulation/Report.ts"
import type { Times } from "../../src/simulation/Result.ts"

/** Digits that a figure shows; more would claim what a run of this size does not know. */
const digits = 4

/** Writes a figure with four digits. */
export const number = (value: number): string =>
  Math.abs(value) >= 10 ** digits ? String(Math.round(value)) : String(Number(value.toPrecision(digits)))

const share = (count: number, of: number): string => of === 0 ? "-" : `${number(100 * count / of)} %`

const columns = ["mean", "p50", "p95", "p99", "p99_9", "max"] as const

const times = (name: string, of: Times): string =>
  `  ${name.padEnd(20)}${columns.map((column) => number(of[column]).padStart(9)).join("")}`

/** The interval of a figure, where several seeds gave one. */
const between = ({ intervals }: Report, path: string): string => {
  const interval = intervals?.[path]
  return interval === undefined ? "" : `   (95 %: ${number(interval.low)} to ${number(interval.high)})`
}

/** Lines of a report for a terminal. */
export const table = (name: string, report: Report): ReadonlyArray<string> => {
  const { amplification, attempts, failed, goodput, latency, requests, seconds, seeds, succeeded, upstream } = report
  const line = (label: string, value: string, path?: string) =>
    `  ${label.padEnd(20)}${value}${path === undefined ? "" : between(report, path)}`
  return [
    `${name}: ${counted(requests, "requête", "request").en} in ${number(seconds)} s of virtual time, seed ${seeds[0]}` +
    (seeds.length > 1 ? `; intervals over ${seeds.length} seeds` : ""),
    line("succeeded", `${succeeded}, ${share(succeeded, requests)}`, "succeeded"),
    ...Object.entries(failed).map(([reason, count]) =>
      line(reason, `${count}, ${share(count, requests)}`, `failed.${reason}`)
    ),
    line("goodput", `${number(goodput)} a second`, "goodput"),
    line("attempts", `${attempts}, ${number(amplification)} a request`, "amplification"),
    `  ${"milliseconds".padEnd(20)}${columns.map((column) => column.replace("_", ".").padStart(9)).join("")}`,
    times("all", latency.all),
    times("succeeded", latency.succeeded),
    times("wait upstream", upstream.wait),
    line(
      "upstream",
      `${upstream.arrived} arrived, ${upstream.refused} refused, ${upstream.abandoned} abandoned, ` +
        `${number(100 * upstream.waited)} % waited, ${number(100 * upstream.busy)} % busy`
    ),
    line("trace", report.trace),
    line("speed", `${report.speed} virtual requests a second of processor time`)
  ]
}

const rows: ReadonlyArray<readonly [label: string, value: (report: Report) => string]> = [
  ["requests", ({ requests }) => String(requests)],
  ["succeeded", ({ requests, succeeded }) => share(succeeded, requests)],
  ["goodput a second", ({ goodput }) => number(goodput)],
  ["attempts a request", ({ amplification }) => number(amplification)],
  ["p50, ms", ({ latency }) => number(latency.all.p50)],
  ["p95, ms", ({ latency }) => number(latency.all.p95)],
  ["p99, ms", ({ latency }) => number(latency.all.p99)],
  ["upstream busy", ({ upstream }) => `${number(100 * upstream.busy)} %`]
]

/** Lines of reports beside each other, a column for each. */
export const compared = (
  reports: ReadonlyArray<{ readonly name: string; readonly report: Report }>
): ReadonlyArray<string> => {
  const width = Math.max(12, ...reports.map(({ name }) => name.length + 2))
  const line = (label: string, cells: ReadonlyArray<string>) =>
    label.padEnd(20) + cells.map((cell) => cell.padStart(width)).join("")
  return [
    line("", reports.map(({ name }) => name)),
    ...rows.map(([label, value]) => line(label, reports.map(({ report }) => value(report))))
  ]
}
