import { Duration, Option } from "effect"
import type { LoopDelay } from "./LoopDelay.ts"

/** What was measured of a demo or one of its parts. */
export interface Figures {
  readonly name: string
  /** By the clock of the demo: virtual time in virtual time. */
  readonly wall: Duration.Duration
  /** The most of its operations that were under way at once. */
  readonly concurrency: number
  /** None in virtual time, in which the loop of this process means nothing. */
  readonly loopDelay: Option.Option<LoopDelay>
}

/** Rows as lines of text, each column as wide as its widest cell. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("   ").trimEnd())
}

const millis = (duration: Duration.Duration) => `${Duration.toMillis(duration).toFixed(1)} ms`

/** The heads of the columns that `cells` makes. */
export const heads = ["wall time", "concurrency", "event-loop delay"]

/** The figures as the cells of a row. */
export const cells = ({ concurrency, loopDelay, wall }: Figures): ReadonlyArray<string> => [
  `${Duration.toSeconds(wall).toFixed(3).padStart(7)} s`,
  String(concurrency),
  Option.match(loopDelay, {
    onNone: () => "not measured",
    onSome: ({ max, p99 }) => `p99 ${millis(p99)}, max ${millis(max)}`
  })
]
