import { Data, Effect, Either, ParseResult, Schema } from "effect"
import { toTest } from "../../../src/timeline/keep/toTest.ts"
import { printable } from "../../../src/timeline/printable.ts"
import * as Text from "../../../src/timeline/TextPicture.ts"
import { Timeline } from "../../../src/timeline/Timeline.ts"
import { why } from "../../../src/timeline/why.ts"
import { refusalOfTest } from "./keptTest.ts"
import type { Output } from "./Output.ts"

export const usage = "npm run timeline -- FILE [FILE] [--test FILE]"

/** The command cannot be carried out; the message says why, with the file. */
export class CannotDraw extends Data.TaggedError("CannotDraw")<{ readonly message: string }> {}

const fail = (message: string) => Either.left(new CannotDraw({ message }))

interface Words {
  readonly files: ReadonlyArray<string>
  /** The file into which the recording goes as a test. */
  readonly test?: string
}

const parse = (args: ReadonlyArray<string>): Either.Either<Words, CannotDraw> => {
  const at = args.indexOf("--test")
  const [test] = at < 0 ? [] : args.slice(at + 1)
  const files = at < 0 ? args : args.toSpliced(at, 2)
  const option = files.find((word) => word.startsWith("-"))
  if (option !== undefined) return fail(`unknown option ${option}\n${usage}`)
  if (at >= 0 && test === undefined) return fail(`--test needs the name of a file\n${usage}`)
  if (files.length < 1 || files.length > 2) return fail(`${usage}: one file, or two to compare`)
  if (test === undefined) return Either.right({ files })
  if (files.length > 1) return fail("--test takes one recording, not two")
  const reason = refusalOfTest(test)
  return reason === undefined ? Either.right({ files, test }) : fail(reason)
}

const decode = Schema.decodeUnknownEither(Timeline)

/** Names the first field at fault, as the whole tree of reasons fills screens. */
const reasonOf = (error: ParseResult.ParseError): string => {
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  if (issue === undefined) return error.message
  return issue.path.length === 0 ? issue.message : `${issue.path.join(".")}: ${issue.message}`
}

const read = (file: string, text: string): Either.Either<Timeline, CannotDraw> =>
  Either.try({
    try: (): unknown => JSON.parse(text),
    catch: (error) =>
      new CannotDraw({
        message: `${file} is no JSON: ${printable(error instanceof Error ? error.message : String(error))}`
      })
  }).pipe(
    Either.flatMap((value) =>
      Either.mapLeft(decode(value), (error) =>
        new CannotDraw({
          message: `${file} is no timeline as --json of a demo and /timelines/{id} give it: ${
            printable(reasonOf(error))
          }`
        }))
    )
  )

/** Draws the timelines that the arguments name, two of them on one axis, and keeps one as a test if asked to. */
export const run = (
  args: ReadonlyArray<string>,
  load: (file: string) => Either.Either<string, { readonly message: string }>,
  out: Output
): Effect.Effect<void, { readonly message: string }> =>
  Effect.gen(function*() {
    const { files, test } = yield* parse(args)
    const timelines = yield* Either.all(files.map((file) => Either.flatMap(load(file), (text) => read(file, text))))
    const until = Math.max(...timelines.map(({ duration_ns }) => duration_ns))
    for (const [index, timeline] of timelines.entries()) {
      out.print(`${printable(timeline.name)} (${timeline.clock}), ${files[index]}`)
      for (const line of Text.draw(timeline, { ...out, until })) out.print(line)
      out.print(printable(why(timeline)))
      if (test !== undefined) {
        yield* out.save(test, yield* toTest(timeline))
        out.print(`kept as ${test}: npx vitest run --project compiled ${test}`)
      }
    }
  })
