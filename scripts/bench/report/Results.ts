import { Schema } from "effect"

/** What a figure of ours must be: so much of a peer's (above 1 is better than the peer, whichever way the figure goes), or within a bound. */
export const Target = Schema.Union(
  Schema.Struct({ kind: Schema.Literal("ratio"), peer: Schema.String, least: Schema.Number }),
  Schema.Struct({ kind: Schema.Literal("bound"), limit: Schema.Number })
)
export type Target = typeof Target.Type

/** What was measured of one contender. */
export const Measured = Schema.Struct({
  contender: Schema.String,
  median: Schema.Number,
  least: Schema.Number,
  most: Schema.Number,
  /** In the order of the rounds. */
  values: Schema.Array(Schema.Number),
  /** What was not answered as it should be, in all rounds. */
  failed: Schema.Int,
  /** How much of a core programs that are none of the bench took, in the worst of the rounds. */
  others: Schema.Number,
  /** How much of a core its server took, median. */
  cores: Schema.optionalWith(Schema.Number, { exact: true })
})
export type Measured = typeof Measured.Type

/** One figure of one row, of all contenders. */
export const FigureResult = Schema.Struct({
  row: Schema.String,
  title: Schema.String,
  figure: Schema.String,
  unit: Schema.String,
  better: Schema.Literal("higher", "lower"),
  targets: Schema.Array(Target),
  measured: Schema.Array(Measured)
})
export type FigureResult = typeof FigureResult.Type

/** What it was measured on. */
export const Machine = Schema.Struct({
  processor: Schema.String,
  cores: Schema.Int,
  memoryGiB: Schema.Number,
  node: Schema.String,
  kernel: Schema.String
})
export type Machine = typeof Machine.Type

/** A run, or several on one machine put together. */
export const Results = Schema.Struct({
  machine: Machine,
  /** RFC 3339. */
  began: Schema.String,
  rounds: Schema.Int,
  /** Of each measurement by wrk. */
  seconds: Schema.Int,
  figures: Schema.Array(FigureResult),
  /** Rows that could not be measured, and why. */
  broken: Schema.Array(Schema.Struct({ row: Schema.String, why: Schema.String }))
})
export type Results = typeof Results.Type

/** A run's results as the text of a file. */
export const ResultsJson = Schema.parseJson(Results, { space: 2 })

const withoutRows = <A extends { readonly row: string }>(list: ReadonlyArray<A>, rows: ReadonlySet<string>) =>
  list.filter(({ row }) => !rows.has(row))

/** Runs put together, as if it had been one: of a row that several have measured, what the last one says. */
export const merge = (first: Results, others: ReadonlyArray<Results>): Results => {
  let { broken, figures } = first
  for (const other of others) {
    const anew = new Set([...other.broken, ...other.figures].map(({ row }) => row))
    figures = withoutRows(figures, anew).concat(other.figures)
    broken = withoutRows(broken, anew).concat(other.broken)
  }
  return { ...first, broken, figures }
}
