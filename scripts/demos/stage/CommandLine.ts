import { Effect, Either, Exit } from "effect"
import { toChrome } from "../../../src/timeline/chromeTrace.ts"
import type { NotReplayable } from "../../../src/timeline/keep/Replay.ts"
import { toTest } from "../../../src/timeline/keep/toTest.ts"
import * as Svg from "../../../src/timeline/SvgPicture.ts"
import * as Text from "../../../src/timeline/TextPicture.ts"
import type { Timeline } from "../../../src/timeline/Timeline.ts"
import { why } from "../../../src/timeline/why.ts"
import { type Form, parse, refusal, usage } from "./Command.ts"
import type { Demo } from "./Demo.ts"
import { cells, heads, table } from "./Figures.ts"
import type { Output } from "./Output.ts"
import { perform, type Performance } from "./Performance.ts"

interface Refused {
  readonly demo: Demo
  readonly refused: string
}

const list = (catalogue: ReadonlyArray<Demo>): ReadonlyArray<string> => [
  usage,
  "  --virtual: by a virtual clock, at once and with the same figures; for the demos marked with it",
  "  --svg, --json, --chrome: save the timeline as a picture, as data, and for trace viewers such as Perfetto",
  "  --test: keep the run as a test that replays it, in a file below test",
  "",
  ...catalogue.flatMap(({ name, needs, shows }) => [
    `${name}${needs === "clock" ? " [--virtual]" : ""}`,
    ...shows.map((line) => `    ${line}`)
  ])
]

const row = (result: Performance | Refused): ReadonlyArray<string> => {
  if ("refused" in result) return [result.demo.name, "refused"]
  const whole = result.figures.at(-1)
  if (Exit.isFailure(result.exit) || whole === undefined) return [result.demo.name, "failed"]
  return [result.demo.name, "ok", ...cells(whole)]
}

const summary = (results: ReadonlyArray<Performance | Refused>): ReadonlyArray<string> => [
  ...table([["demo", "result", ...heads], ...results.map(row)]),
  ...results.flatMap((result) =>
    "refused" in result ? [`${result.demo.name} refuses --virtual: ${result.refused}`] : []
  )
]

const formed: Readonly<Record<Form, (timeline: Timeline) => Either.Either<string, NotReplayable>>> = {
  svg: (timeline) => Either.right(Svg.draw(timeline)),
  json: (timeline) => Either.right(`${JSON.stringify(timeline, undefined, 2)}\n`),
  chrome: (timeline) => Either.right(toChrome(timeline)),
  test: toTest
}

/**
 * Runs the demos that the arguments name, and returns the exit code. The code is 0, 1 if a demo failed or a file cannot
 * be written, and 2 for a wrong command or a demo that refuses the mode. `all` skips and lists demos that refuse. A
 * single demo is followed by its timeline, which grows on a terminal while the demo runs.
 */
export const run = (
  catalogue: ReadonlyArray<Demo>,
  args: ReadonlyArray<string>,
  out: Output
): Effect.Effect<number> =>
  Effect.gen(function*() {
    const { demos, files, mode } = yield* parse(catalogue, args)
    if (demos.length === 0) { for (const line of list(catalogue)) out.print(line) }
    const draw = (timeline: Timeline) => Text.draw(timeline, out)
    const redraw = demos.length === 1 ? out.redraw : undefined
    const watch = redraw && ((timeline: Timeline) => redraw(draw(timeline)))
    const results = yield* Effect.forEach(demos, (demo): Effect.Effect<Performance | Refused> => {
      const refused = refusal(demo, mode)
      return refused === undefined
        ? perform(demo, { mode, print: out.print, watch })
        : Effect.succeed({ demo, refused })
    }, { concurrency: 1 })
    redraw?.([])
    if (results.length > 1) { for (const line of summary(results)) out.print(line) }
    const [only] = results.length === 1 ? results : []
    const timeline = only !== undefined && "timeline" in only ? only.timeline : undefined
    if (timeline !== undefined) {
      for (const line of draw(timeline)) out.print(line)
      out.print(why(timeline))
      for (const [form, file] of files) yield* out.save(file, yield* formed[form](timeline))
    }
    return results.some((result) => "exit" in result && Exit.isFailure(result.exit)) ? 1 : 0
  }).pipe(
    Effect.catchAll((failure) =>
      Effect.sync(() => {
        out.printError(failure.message)
        return "_tag" in failure ? 2 : 1
      })
    )
  )
