import { Effect, Either, Option, type ParseResult, Schema } from "effect"
import { fromJson } from "../../src/domain/Json.ts"
import { sentenceOf } from "../../src/domain/ParseIssues.ts"
import { draw } from "../../src/predictions/picture.ts"
import { SimulationPool } from "../../src/predictions/SimulationPool.ts"
import * as Gallery from "../../src/simulation/gallery/Gallery.ts"
import type { Report } from "../../src/simulation/Report.ts"
import { Scenario } from "../../src/simulation/Scenario.ts"
import { simulate } from "../../src/simulation/simulate.ts"
import type { Output } from "../demos/stage/Output.ts"
import { type Command, parse, WrongCommand } from "./arguments.ts"
import * as Lesson from "./lesson.ts"
import { beside, doubt } from "./live/comparison.ts"
import { LiveRefused, measure } from "./live/measure.ts"
import { table } from "./table.ts"

const decode = Schema.decodeUnknownEither(fromJson(Scenario), { errors: "all", onExcessProperty: "error" })

/** Reads a scenario; the message of a failure names the file and each field that is wrong. */
export const scenarioOf = (file: string, text: string): Either.Either<Scenario, WrongCommand> =>
  Either.mapLeft(
    decode(text),
    (error: ParseResult.ParseError) => new WrongCommand({ message: `${file}: ${sentenceOf(error)}` })
  )

const read = (file: string, load: (file: string) => string): Either.Either<string, WrongCommand> =>
  Either.try({
    try: () => load(file),
    catch: (error) =>
      new WrongCommand({
        message: `cannot read ${file}, and no lesson has this name (--list shows them): ${
          error instanceof Error ? error.message : error
        }`
      })
  })

/** Writes every attempt of the first run as a line, by running it once more. */
const writeTrace = (scenario: Scenario, file: string, out: Output) =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    yield* simulate(scenario, { seed: scenario.seed ?? 1, write: (line) => void lines.push(line) })
    yield* out.save(file, `${lines.join("\n")}\n`)
  })

/** Runs a scenario once more in real time, and prints the figures beside the prediction. */
const runLive = (scenario: Scenario, predicted: Report, out: Output) =>
  Effect.gen(function*() {
    out.redraw?.([`running live for ${Math.ceil(predicted.seconds)} s`])
    const measured = yield* measure(scenario, predicted.seed, predicted)
    out.redraw?.([])
    for (const line of beside(predicted, measured)) out.print(line)
    return measured
  })

/** Runs a scenario with its seeds, prints the figures, and writes the files that were asked for. */
const runFile = (file: string, { files, live, seeds }: Command, load: (file: string) => string, out: Output) =>
  Effect.gen(function*() {
    const scenario = yield* Effect.flatMap(read(file, load), (text) => scenarioOf(file, text))
    const title = scenario.name ?? file
    const { run } = yield* SimulationPool
    const report = yield* run(scenario, seeds, {
      onProgress: (done) => out.redraw?.([`requests that have ended: ${done}`])
    })
    out.redraw?.([])
    for (const line of table(title, report)) out.print(line)
    const measured = live ? yield* runLive(scenario, report, out) : undefined
    const json = { ...report, ...(measured && { live: measured }) }
    if (files.json !== undefined) yield* out.save(files.json, `${JSON.stringify(json, undefined, 2)}\n`)
    if (files.svg !== undefined) yield* out.save(files.svg, draw(title, [{ name: title, report }]))
    if (files.trace !== undefined) yield* writeTrace(scenario, files.trace, out)
    const why = measured && doubt(report, measured)
    if (why !== undefined) return yield* new LiveRefused({ message: why })
  })

/** `npm run simulate`. */
export const run = (args: ReadonlyArray<string>, load: (file: string) => string, out: Output) =>
  Effect.gen(function*() {
    const command = yield* parse(args)
    if (command.source === undefined) return yield* Lesson.list(out)
    const lesson = Gallery.find(command.source)
    yield* Option.isSome(lesson)
      ? Lesson.run(lesson.value, command, out)
      : runFile(command.source, command, load, out)
  })
