import { Effect } from "effect"
import type { FigureResult, Measured } from "../report/Results.ts"
import { median, noticed } from "../report/statistics.ts"
import { Bench } from "./Bench.ts"
import { besideOthers } from "./otherLoad.ts"
import type { Contender, Row, Sample } from "./Row.ts"

/** Starts a contender with its measurements so far. */
const started = (contender: Contender) =>
  Effect.map(contender.start, (measure) => ({
    name: contender.name,
    measure,
    samples: new Array<Sample>(),
    others: new Array<number>()
  }))

type Started = Effect.Effect.Success<ReturnType<typeof started>>

const summary = ({ name, others, samples }: Started, figure: string): Measured => {
  const values = samples.map((sample) => sample.values[figure] ?? Number.NaN)
  const cores = samples.flatMap(({ cores }) => (cores === undefined ? [] : [cores]))
  return {
    contender: name,
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
    values,
    failed: samples.reduce((sum, { failed }) => sum + failed, 0),
    others: Math.max(...others),
    ...(cores.length > 0 ? { cores: median(cores) } : {})
  }
}

const resultsOf = (row: Row, contenders: ReadonlyArray<Started>): ReadonlyArray<FigureResult> =>
  row.figures.map(({ better, name, targets, unit }) => ({
    row: row.name,
    title: row.title,
    figure: name,
    unit,
    better,
    targets,
    measured: contenders.map((contender) => summary(contender, name))
  }))

/** Bounds the measurements of a contender in one round. */
const mostAttempts = 3

/** Measures a contender, and again if other programs were active. The least disturbed attempt counts. */
const undisturbed = Effect.fnUntraced(function*({ measure }: Started, round: number, rounds: number) {
  let best = yield* besideOthers(measure(round))
  let { failed } = best.result
  for (let attempt = 1; attempt < mostAttempts && best.others > noticed; attempt++) {
    // a round number of its own, as each round creates its own users
    const next = yield* besideOthers(measure(round + attempt * rounds))
    failed += next.result.failed
    if (next.others < best.others) best = next
  }
  return { others: best.others, sample: { ...best.result, failed } }
})

/** Measures a row: starts and warms up every contender, then gives each its turn in every round. */
export const runRow = Effect.fnUntraced(function*(row: Row) {
  const { rounds } = yield* Bench
  const contenders = yield* Effect.forEach(row.contenders, started, { concurrency: 1 })
  for (const { measure } of contenders) yield* measure(0)
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders) {
      const { others, sample } = yield* undisturbed(contender, round, rounds)
      contender.samples.push(sample)
      contender.others.push(others)
    }
  }
  return resultsOf(row, contenders)
}, Effect.scoped)
