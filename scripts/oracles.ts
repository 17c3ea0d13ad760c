import { Console, Effect, Schema } from "effect"
import { availableParallelism } from "node:os"
import { SimulationPool } from "../src/predictions/SimulationPool.ts"
import { Scenario } from "../src/simulation/Scenario.ts"
import { commandLine } from "./command/commandLine.ts"
import { oracles } from "./oracles/catalogue.ts"
import { lessons } from "./oracles/lessons.ts"
import { type Comparison, isMet, type Oracle } from "./oracles/Oracle.ts"
import { printTrace, sameTraces } from "./oracles/sameTraces.ts"

const text = (value: number): string => Number(value.toPrecision(6)).toString()

const row = (comparison: Comparison): string =>
  `  ${comparison.figure.padEnd(34)}${text(comparison.expected).padStart(12)}${text(comparison.got).padStart(12)}` +
  `${text(comparison.tolerance).padStart(12)}  ${isMet(comparison) ? "met" : "NOT MET"}`

/** Runs an oracle at its full size and prints its figures; returns how many were not met. */
const check = ({ compare, name, requests, scenario, source }: Oracle) =>
  Effect.gen(function*() {
    const { run } = yield* SimulationPool
    const report = yield* run(yield* Schema.decode(Scenario)(scenario(requests.full)), 1)
    const comparisons = compare(report)
    yield* Console.log(`${name} (${source}; ${report.requests} requests, ${report.speed} a second of processor time)`)
    for (const comparison of comparisons) yield* Console.log(row(comparison))
    return comparisons.filter((comparison) => !isMet(comparison)).length
  })

/** Judges the claims of the gallery over 20 seeds; returns how many do not hold for one of them. */
const claims = Effect.gen(function*() {
  yield* Console.log("claims of the gallery over 20 seeds, and the margin of the closest run")
  const judged = yield* Effect.forEach(
    lessons,
    ({ judge }) =>
      Effect.tap(judge, (all) =>
        Effect.forEach(all, ({ claim, fails, lesson, margin }) =>
          Console.log(
            `  ${lesson.padEnd(24)}${`${text(100 * margin)} %`.padStart(12)}  ${
              fails.length === 0 ? "met" : `NOT MET with seeds ${fails.join(", ")}`
            }  ${claim}`
          ), { concurrency: 1 })),
    { concurrency: 1 }
  )
  return judged.flat().filter(({ fails }) => fails.length > 0).length
})

const program = Effect.gen(function*() {
  yield* Console.log(`${"figure".padEnd(36)}${"expected".padStart(12)}${"got".padStart(12)}${"tolerance".padStart(12)}`)
  const missed = yield* Effect.forEach(oracles, check, { concurrency: 1 })
  const differing = yield* sameTraces
  const unheld = yield* claims
  const failures = missed.reduce((sum, count) => sum + count, 0) + differing + unheld
  yield* failures === 0
    ? Console.log("all met")
    : Effect.fail({ message: `${failures} figures or claims are not met` })
})

// `npm run oracles`: holds the simulation to theory, at full size, and its traces to each other
commandLine(
  process.argv.includes("--trace-only")
    ? printTrace
    : program.pipe(Effect.provide(SimulationPool.layerWith(Math.min(2, availableParallelism()), 64)))
)
