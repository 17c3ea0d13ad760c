import { Schema } from "effect"
import { rule } from "../../domain/Rule.ts"
import { flattened } from "../intervals.ts"
import { outcomes } from "../outcomes.ts"
import type { Result } from "../Result.ts"
import type { Series } from "../Series.ts"
import { TimeText } from "../TimeText.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const times = ["mean", "p50", "p95", "p99", "p99_9", "max"] as const

const timesOf = (path: string): ReadonlyArray<string> => times.map((time) => `${path}.${time}`)

/** The paths of all figures of a result that a claim may measure; the reasons of failures count 0 where absent. */
export const figurePaths: ReadonlyArray<string> = [
  "requests",
  "succeeded",
  ...outcomes.filter((outcome) => outcome !== "succeeded").map((reason) => `failed.${reason}`),
  "goodput",
  ...timesOf("latency.all"),
  ...timesOf("latency.succeeded"),
  "attempts",
  "amplification",
  "upstream.arrived",
  "upstream.refused",
  "upstream.waited",
  ...timesOf("upstream.wait"),
  "upstream.busy",
  "upstream.abandoned",
  "seconds"
]

const FigurePath = Schema.String.pipe(
  Schema.filter(
    (path) => figurePaths.includes(path),
    rule(
      "doit être une figure d'un résultat, comme latency.all.p99",
      "must be a figure of a result, such as latency.all.p99"
    )
  )
).annotations({ description: "A figure of a result by its path", examples: ["latency.all.p99", "goodput"] })

const Variant = Schema.String.annotations({ description: "The name of a variant" })

const nanosPerSecond = 1_000_000_000

const WholeSeconds = TimeText.pipe(
  Schema.filter(
    (nanos) => nanos % nanosPerSecond === 0,
    rule("doit être un nombre entier de secondes", "must be a whole number of seconds")
  )
)

/** A figure of a whole run, or a quotient of two, such as `succeeded` per `requests`. */
const Whole = Schema.Struct({ of: Variant, figure: FigurePath, per: optional(FigurePath) })

/**
 * A series from one second to another, the last one left out: the mean of its seconds unless `take` asks for the least
 * or the greatest.
 */
const Part = Schema.Struct({
  of: Variant,
  series: Schema.Literal("arrivals", "goodput", "attempts", "in_flight", "queue"),
  from: WholeSeconds,
  to: WholeSeconds,
  take: optional(Schema.Literal("mean", "least", "most"))
}).pipe(
  Schema.filter(
    ({ from, to }) => to > from || { path: ["to"], message: "" },
    rule("doit être plus tard que from", "must be later than from")
  )
)

/** A number that a claim takes from the run of a variant. */
export const Measure = Schema.Union(Whole, Part)
export type Measure = typeof Measure.Type

type Part = typeof Part.Type

/** Levels, which an interval of several seconds has once; the others are counts, which it has per second. */
const levels: ReadonlySet<string> = new Set(["in_flight", "queue"])

/** Seconds that a run did not reach count 0: nothing happens any more once it has ended. */
const ofSeries = (series: Series, { from, series: name, take, to }: Part): number => {
  const [first, end] = [from / nanosPerSecond, to / nanosPerSecond]
  const share = levels.has(name) ? 1 : series.step
  const values = Array.from(
    { length: end - first },
    (_, second) => (series[name][Math.floor((first + second) / series.step)] ?? 0) / share
  )
  if (take === "least") return Math.min(...values)
  if (take === "most") return Math.max(...values)
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Takes a measure from the result of its variant. A quotient by 0 is 0. */
export const measured = ({ series, ...figures }: Result, measure: Measure): number => {
  if ("series" in measure) return ofSeries(series, measure)
  const table = new Map(flattened(figures))
  const value = table.get(measure.figure) ?? 0
  if (measure.per === undefined) return value
  const divisor = table.get(measure.per) ?? 0
  return divisor === 0 ? 0 : value / divisor
}
