import { Data, Effect, Either, Schema } from "effect"
import { readFileSync } from "node:fs"
import * as Text from "../src/timeline/TextPicture.ts"
import { Timeline } from "../src/timeline/Timeline.ts"
import { why } from "../src/timeline/why.ts"
import { commandLine } from "./command/commandLine.ts"
import { terminal } from "./demos/stage/terminal.ts"

/** The command cannot be carried out; the message says why, with the file. */
class CannotDraw extends Data.TaggedError("CannotDraw")<{ readonly message: string }> {}

const decode = Schema.decodeUnknownEither(Schema.parseJson(Timeline))

const load = (file: string): Either.Either<Timeline, CannotDraw> =>
  Either.try({
    try: () => readFileSync(file, "utf8"),
    catch: (error) =>
      new CannotDraw({ message: `cannot read ${file}: ${error instanceof Error ? error.message : error}` })
  }).pipe(Either.flatMap((text) =>
    Either.mapLeft(
      decode(text),
      ({ message }) =>
        new CannotDraw({ message: `${file} is no timeline that npm run demo -- NAME --json saved: ${message}` })
    )
  ))

// `npm run timeline -- FILE [FILE]`: draws saved timelines, two of them on one axis
commandLine(Effect.gen(function*() {
  const files = process.argv.slice(2)
  if (files.length < 1 || files.length > 2) {
    return yield* new CannotDraw({ message: "npm run timeline -- FILE [FILE]: one file, or two to compare" })
  }
  const timelines = yield* Either.all(files.map(load))
  const out = terminal(process.stdout, process.stderr, process.env)
  const until = Math.max(...timelines.map(({ duration_ns }) => duration_ns))
  for (const [index, timeline] of timelines.entries()) {
    out.print(`${timeline.name} (${timeline.clock}), ${files[index]}`)
    for (const line of Text.draw(timeline, { ...out, until })) out.print(line)
    out.print(why(timeline))
  }
}))
