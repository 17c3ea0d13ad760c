import { Data, Effect, Layer } from "effect"
import * as CommandLine from "../../../scripts/demos/stage/CommandLine.ts"
import * as Demo from "../../../scripts/demos/stage/Demo.ts"
import type { Stage } from "../../../scripts/demos/stage/Stage.ts"

/** Runs the command; returns its exit code and output. */
export const command = Effect.fnUntraced(function*(demos: ReadonlyArray<Demo.Demo>, ...args: ReadonlyArray<string>) {
  const printed: Array<string> = []
  const errors: Array<string> = []
  const saved = new Map<string, string>()
  const code = yield* CommandLine.run(demos, args, {
    print: (line) => printed.push(line),
    printError: (line) => errors.push(line),
    columns: 80,
    rows: 40,
    colours: false,
    redraw: undefined,
    save: (file, text) => Effect.sync(() => void saved.set(file, text))
  })
  return { code, saved, printed, output: printed.join("\n"), errors: errors.join("\n") }
})

/** A demo that has only its program. */
export const made = <E>(program: Effect.Effect<void, E, Stage>, needs: Demo.Needs = "clock") =>
  Demo.make({
    name: "made",
    shows: ["first line", "second line"],
    needs,
    operations: ["work"],
    services: Layer.empty,
    program
  })

export class Broken extends Data.TaggedError("Broken") {}
