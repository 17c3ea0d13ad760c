import { asked, machineText, methodText, number, standing } from "./format.ts"
import type { FigureResult, Measured, Results } from "./Results.ts"
import { decide, find, noticed, ours, ratio } from "./statistics.ts"

/** A line of the tables: one contender, and for ours the verdicts on its targets. */
export interface Line {
  readonly what: string
  readonly contender: string
  readonly median: string
  readonly spread: string
  /** The ratio of ours to this contender; above 1 ours is better. */
  readonly ratio: string
  readonly failed: string
  /** The share of a core that the server took. */
  readonly cores: string
  /** The share of a core that other programs took in the worst round, if large. */
  readonly others: string
  readonly targets: string
}

const lineOf = (result: FigureResult, measured: Measured): Line => {
  const own = find(result, ours)
  const isOwn = measured.contender === ours
  return {
    what: result.row,
    contender: measured.contender,
    median: `${number(measured.median)} ${result.unit}`,
    spread: `${number(measured.least)}-${number(measured.most)}`,
    ratio: isOwn || own === undefined ? "" : number(ratio(result.better, own.median, measured.median)),
    failed: measured.failed === 0 ? "" : String(measured.failed),
    cores: measured.cores === undefined ? "" : measured.cores.toFixed(2),
    others: measured.others <= noticed ? "" : measured.others.toFixed(2),
    targets: isOwn
      ? result.targets.map((target) => `${asked(target, result)} ${standing(decide(result, target), result)}`).join(
        "; "
      )
      : ""
  }
}

/** Makes the lines of one figure, ours last. */
export const linesOf = (result: FigureResult): ReadonlyArray<Line> =>
  result.measured.toSorted((one, other) => Number(one.contender === ours) - Number(other.contender === ours))
    .map((measured) => lineOf(result, measured))

const heads: Line = {
  what: "row",
  contender: "contender",
  median: "median",
  spread: "least-most",
  ratio: "barista is",
  failed: "failed",
  cores: "cores",
  others: "others",
  targets: "target"
}

const widths: Readonly<Record<keyof Line, number>> = {
  what: 14,
  contender: 14,
  median: 20,
  spread: 17,
  ratio: 11,
  failed: 7,
  cores: 6,
  others: 7,
  targets: 0
}

const columns = ["what", "contender", "median", "spread", "ratio", "failed", "cores", "others", "targets"] as const
const isText = (column: keyof Line) => column === "what" || column === "contender" || column === "targets"

const printed = (line: Line): string =>
  columns.map((column) => isText(column) ? line[column].padEnd(widths[column]) : line[column].padStart(widths[column]))
    .join(" ").trimEnd()

/** The head of the table on a terminal. */
export const head: string = printed(heads)

/** Renders one figure of the table. */
export const block = (result: FigureResult): string => [result.title, ...linesOf(result).map(printed)].join("\n")

const cells = (texts: ReadonlyArray<string>): string => `| ${texts.join(" | ")} |`

/** Renders the table for a README, with the method and the machine. */
export const markdown = (results: Results): string =>
  [
    `${machineText(results.machine)}.`,
    `${methodText(results)}.`,
    "",
    cells(["", "contender", "median (least-most)", "barista is", "target"]),
    cells(["---", "---", "---:", "---:", "---"]),
    ...results.figures.flatMap((result) =>
      linesOf(result).map(({ contender, failed, median, ratio, spread, targets }, place) =>
        cells([
          place === 0 ? result.title : "",
          contender,
          `${median} (${spread})${failed === "" ? "" : `, ${failed} failed`}`,
          ratio,
          targets
        ])
      )
    )
  ].join("\n")
