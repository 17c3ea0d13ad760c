import { Duration, Option } from "effect"
import type { LoopDelay } from "../../../src/platform/observability/LoopDelay.ts"

/** The measurements of a demo or one of its parts. */
export interface Figures {
  readonly name: string
  /** The duration by the demo's clock: virtual time if the demo runs in virtual time. */
  readonly wall: Duration.Duration
  /** The largest number of concurrent operations. */
  readonly concurrency: number
  /** The delay of the event loop; none in virtual time, where it has no meaning. */
  readonly loopDelay: Option.Option<LoopDelay>
}

/** Renders rows as lines of text, each column as wide as its widest cell. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("   ").trimEnd())
}

const millis = (duration: Duration.Duration) => `${Duration.toMillis(duration).toFixed(1)} ms`

/** The headings of the columns that `cells` makes. */
export const heads = ["wall time", "concurrency", "event-loop delay"]

/** Renders the figures as the cells of a row. */
export const cells = ({ concurrency, loopDelay, wall }: Figures): ReadonlyArray<string> => [
  `${Duration.toSeconds(wall).toFixed(3).padStart(7)} s`,
  String(concurrency),
  Option.match(loopDelay, {
    onNone: () => "not measured",
    onSome: ({ max, p99 }) => `p99 ${millis(p99)}, max ${millis(max)}`
  })
]
