import { Data, Effect, Either, type ParseResult, Schema } from "effect"
import { dirname, resolve } from "node:path"
import { fromJson } from "../../src/domain/Json.ts"
import { sentenceOf } from "../../src/domain/ParseIssues.ts"
import { Advice } from "../../src/simulation/advisor/Advice.ts"
import { advise } from "../../src/simulation/advisor/advise.ts"
import { readLatencies } from "../../src/simulation/advisor/latencyFile.ts"
import { Question, type Recorded } from "../../src/simulation/advisor/Question.ts"
import type { Output } from "../demos/stage/Output.ts"
import { lines } from "./lines.ts"

export const usage = "npm run advise -- FILE.json [--json FILE] [--lang fr|en]"

/** A command that cannot be carried out; the message says why, with the file and the field. */
export class CannotAdvise extends Data.TaggedError("CannotAdvise")<{ readonly message: string }> {}

interface Command {
  readonly file: string
  readonly json: string | undefined
  readonly language: "fr" | "en"
}

const wrong = (message: string) => Either.left(new CannotAdvise({ message }))

const asked = (message: string) => wrong(`${message}\n${usage}`)

const languageOf = (word: string | undefined) => word === "fr" || word === "en" ? word : undefined

type Words = Omit<Command, "file"> & { readonly file: string | undefined }

const sorted = (args: ReadonlyArray<string>, words: Words): Either.Either<Words, CannotAdvise> => {
  const [word, value, ...others] = args
  if (word === undefined) return Either.right(words)
  if (!word.startsWith("-")) {
    return words.file === undefined
      ? sorted(args.slice(1), { ...words, file: word })
      : asked(`one question at a time, not ${words.file} and ${word}`)
  }
  if (word === "--lang") {
    const language = languageOf(value)
    return language === undefined ? asked("--lang needs fr or en") : sorted(others, { ...words, language })
  }
  if (word !== "--json") return asked(`unknown option ${word}`)
  return value === undefined || value.startsWith("-")
    ? asked("--json needs the name of a file")
    : sorted(others, { ...words, json: value })
}

const parse = (args: ReadonlyArray<string>): Either.Either<Command, CannotAdvise> =>
  Either.flatMap(
    sorted(args, { file: undefined, json: undefined, language: "en" }),
    ({ file, ...words }) =>
      file === undefined ? asked("a file with a question is missing") : Either.right({ ...words, file })
  )

type Load = (file: string) => string

const read = (file: string, load: Load): Either.Either<string, CannotAdvise> =>
  Either.try({
    try: () => load(file),
    catch: (error) =>
      new CannotAdvise({ message: `cannot read ${file}: ${error instanceof Error ? error.message : error}` })
  })

const decode = Schema.decodeUnknownEither(fromJson(Question), { errors: "all", onExcessProperty: "error" })

const questionOf = (file: string, load: Load): Either.Either<Question, CannotAdvise> =>
  Either.flatMap(read(file, load), (text) =>
    Either.mapLeft(
      decode(text),
      (error: ParseResult.ParseError) => new CannotAdvise({ message: `${file}: ${sentenceOf(error)}` })
    ))

/** Reads the times that a question names by a file, which stands relative to that of the question. */
const recordedOf = (
  { upstream }: Question,
  { file, language }: Command,
  load: Load
): Either.Either<Recorded | undefined, CannotAdvise> => {
  if ("measured" in upstream) {
    return wrong(`${file}: upstream.measured: only a running server has measured anything; ask POST /advice`)
  }
  if (!("file" in upstream)) return Either.right(undefined)
  const path = resolve(dirname(file), upstream.file)
  return Either.flatMap(
    Either.mapLeft(
      read(path, load),
      ({ message }) => new CannotAdvise({ message: `${file}: upstream.file: ${message}` })
    ),
    (text) =>
      Either.mapLeft(
        readLatencies(text),
        ({ line, sentence }) => new CannotAdvise({ message: `${upstream.file}: line ${line}: ${sentence[language]}` })
      )
  )
}

const encode = Schema.encodeSync(Advice)

/** Advises a policy for the question in a file, prints the advice with its evidence, and saves it if asked to. */
export const run = (
  args: ReadonlyArray<string>,
  load: Load,
  out: Output
): Effect.Effect<void, { readonly message: string }> =>
  Effect.gen(function*() {
    const command = yield* parse(args)
    const { file, json, language } = command
    const question = yield* questionOf(file, load)
    const recorded = yield* recordedOf(question, command, load)
    let shown = -1
    const advice = yield* advise(question, {
      recorded,
      onProgress: ({ most, requests }) => {
        const percent = Math.floor(100 * requests / most)
        if (percent === shown) return
        shown = percent
        out.redraw?.([`${percent} % of ${most} requests are simulated`])
      }
    }).pipe(
      Effect.mapError((error) =>
        new CannotAdvise({ message: `${file}: ${"sentence" in error ? error.sentence[language] : error.message}` })
      ),
      Effect.ensuring(Effect.sync(() => out.redraw?.([])))
    )
    for (const line of lines(advice, language)) out.print(line)
    if (json !== undefined) yield* out.save(json, `${JSON.stringify(encode(advice), undefined, 2)}\n`)
  })
