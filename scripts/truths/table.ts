import { holds, type Truth } from "./Truth.ts"

const signs: Readonly<Record<Truth["relation"], string>> = { equal: "=", "at most": "<=", "at least": ">=" }

const figureText = (value: number): string => String(Number(value.toFixed(3)))

/** Prints the truths in columns; a contradiction is marked. */
export const table = (truths: ReadonlyArray<Truth>): ReadonlyArray<string> => {
  const rows = [
    ["run", "figure", "timeline", "", "independent"],
    ...truths.map((truth) => [
      truth.run,
      truth.figure,
      figureText(truth.timeline),
      signs[truth.relation],
      figureText(truth.independent) + (holds(truth) ? "" : "  CONTRADICTED")
    ])
  ]
  const widths = rows.reduce(
    (widest, row) => widest.map((width, column) => Math.max(width, row[column]?.length ?? 0)),
    [0, 0, 0, 0, 0]
  )
  return rows.map((row) =>
    row.map((cell, column) => column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))
      .join("  ").trimEnd()
  )
}
