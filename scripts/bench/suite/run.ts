import { Effect } from "effect"
import type { FigureResult, Measured } from "../report/Results.ts"
import { median, noticed } from "../report/statistics.ts"
import { Bench } from "./Bench.ts"
import { besideOthers } from "./otherLoad.ts"
import type { Contender, Row, Sample } from "./Row.ts"

/** A contender that runs, and what was measured of it so far. */
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

/** How often a contender is measured in one round, at most. */
const mostAttempts = 3

/** Measures a contender, and again where other programs were at work beside it: what counts is the attempt that was let alone most. */
const undisturbed = Effect.fnUntraced(function*({ measure }: Started, round: number, rounds: number) {
  let best = yield* besideOthers(measure(round))
  let { failed } = best.result
  for (let attempt = 1; attempt < mostAttempts && best.others > noticed; attempt++) {
    // a number of its own: a round makes users whom no other one makes
    const next = yield* besideOthers(measure(round + attempt * rounds))
    failed += next.result.failed
    if (next.others < best.others) best = next
  }
  return { others: best.others, sample: { ...best.result, failed } }
})

/** Measures a row: every contender is started and warmed up, and then each has its turn in every round. */
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
