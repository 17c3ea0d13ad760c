import { Schema } from "effect"

/** The target of our figure: a ratio to a peer (above 1 is better, for every kind of figure), or a bound. */
export const Target = Schema.Union(
  Schema.Struct({ kind: Schema.Literal("ratio"), peer: Schema.String, least: Schema.Number }),
  Schema.Struct({ kind: Schema.Literal("bound"), limit: Schema.Number })
)
export type Target = typeof Target.Type

/** The measurements of one contender. */
export const Measured = Schema.Struct({
  contender: Schema.String,
  median: Schema.Number,
  least: Schema.Number,
  most: Schema.Number,
  /** In the order of the rounds. */
  values: Schema.Array(Schema.Number),
  /** Answers other than expected, in all rounds. */
  failed: Schema.Int,
  /** The share of a core that unrelated programs took, in the worst round. */
  others: Schema.Number,
  /** The share of a core that the server took, as a median. */
  cores: Schema.optionalWith(Schema.Number, { exact: true })
})
export type Measured = typeof Measured.Type

/** One figure of one row, for all contenders. */
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

/** The machine of a run. */
export const Machine = Schema.Struct({
  processor: Schema.String,
  cores: Schema.Int,
  memoryGiB: Schema.Number,
  node: Schema.String,
  kernel: Schema.String
})
export type Machine = typeof Machine.Type

/** The results of a run, or of several runs on one machine. */
export const Results = Schema.Struct({
  machine: Machine,
  /** RFC 3339. */
  began: Schema.String,
  rounds: Schema.Int,
  /** Seconds of each measurement by wrk. */
  seconds: Schema.Int,
  figures: Schema.Array(FigureResult),
  /** Rows that could not be measured, with the reason. */
  broken: Schema.Array(Schema.Struct({ row: Schema.String, why: Schema.String }))
})
export type Results = typeof Results.Type

/** The results of a run as the text of a file. */
export const ResultsJson = Schema.parseJson(Results, { space: 2 })

const withoutRows = <A extends { readonly row: string }>(list: ReadonlyArray<A>, rows: ReadonlySet<string>) =>
  list.filter(({ row }) => !rows.has(row))

/** Merges runs as if they were one. For a row in several runs, the last one counts. */
export const merge = (first: Results, others: ReadonlyArray<Results>): Results => {
  let { broken, figures } = first
  for (const other of others) {
    const anew = new Set([...other.broken, ...other.figures].map(({ row }) => row))
    figures = withoutRows(figures, anew).concat(other.figures)
    broken = withoutRows(broken, anew).concat(other.broken)
  }
  return { ...first, broken, figures }
}
