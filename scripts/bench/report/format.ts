import { verdict } from "../../harness/checks.ts"
import type { FigureResult, Machine, Results, Target } from "./Results.ts"
import { find, ours, ratio, type Verdict } from "./statistics.ts"

/** Formats a value with three significant digits, two below a tenth, and commas between the thousands. */
export const number = (value: number): string => {
  if (!Number.isFinite(value)) return "-"
  if (value !== 0 && Math.abs(value) < 0.1) return value.toLocaleString("en-US", { maximumSignificantDigits: 2 })
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Describes the demand of a target. */
export const asked = (target: Target, { better, unit }: FigureResult): string =>
  target.kind === "ratio"
    ? `${target.least} of ${target.peer}`
    : `${better === "higher" ? "at least" : "at most"} ${number(target.limit)} ${unit}`

/** Describes whether a target is met. */
export const standing = ({ met, target }: Verdict, result: FigureResult): string => {
  const own = find(result, ours)?.median ?? Number.NaN
  const measured = target.kind === "bound"
    ? `${number(own)} ${result.unit}`
    : number(ratio(result.better, own, find(result, target.peer)?.median ?? Number.NaN))
  return `${verdict(met)}: ${measured}`
}

export const machineText = ({ cores, kernel, memoryGiB, node, processor }: Machine): string =>
  `${processor}, ${cores} core${cores === 1 ? "" : "s"}, ${memoryGiB} GiB, node ${node}, ${kernel}`

/** Describes the method of the measurement. */
export const methodText = ({ began, rounds, seconds }: Results): string =>
  `${began}; medians of ${rounds} rounds, in turns, with the least and the most; ${seconds} s each by wrk`
