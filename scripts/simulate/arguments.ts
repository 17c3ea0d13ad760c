import { Data, Either } from "effect"

export const usage =
  "npm run simulate -- FILE.json|NAME [--seeds N] [--json FILE] [--svg FILE] [--trace FILE] [--live], or --list"

/** A command that cannot be carried out as it is written. */
export class WrongCommand extends Data.TaggedError("WrongCommand")<{ readonly message: string }> {}

/** Seeds of one command at most. */
const mostSeeds = 100

/** The arguments of `npm run simulate`. */
export interface Command {
  /** A file with a scenario, or the name of a lesson of the gallery; undefined lists the gallery. */
  readonly source: string | undefined
  readonly seeds: number
  /** True if the scenario also runs against a real upstream. */
  readonly live: boolean
  /** Files to write, by form. */
  readonly files: Readonly<Partial<Record<Form, string>>>
}

const forms = ["json", "svg", "trace"] as const
export type Form = (typeof forms)[number]

const wrong = (message: string) => Either.left(new WrongCommand({ message: `${message}\n${usage}` }))

const read = (args: ReadonlyArray<string>, command: Command): Either.Either<Command, WrongCommand> => {
  const [word, value, ...others] = args
  if (word === undefined) return Either.right(command)
  if (word === "--live") return read(args.slice(1), { ...command, live: true })
  if (!word.startsWith("-")) {
    return command.source === undefined
      ? read(args.slice(1), { ...command, source: word })
      : wrong(`one scenario at a time, not ${command.source} and ${word}`)
  }
  const form = forms.find((one) => word === `--${one}`)
  if (form === undefined && word !== "--seeds") return wrong(`unknown option ${word}`)
  if (value === undefined || value.startsWith("-")) {
    return wrong(`${word} needs ${form === undefined ? "a number" : "the name of a file"}`)
  }
  if (form !== undefined) return read(others, { ...command, files: { ...command.files, [form]: value } })
  const seeds = Number(value)
  return Number.isInteger(seeds) && seeds >= 1 && seeds <= mostSeeds
    ? read(others, { ...command, seeds })
    : wrong(`--seeds needs a whole number from 1 to ${mostSeeds}, not ${value}`)
}

/** Reads the arguments of the command. */
export const parse = (args: ReadonlyArray<string>): Either.Either<Command, WrongCommand> => {
  const none: Command = { source: undefined, seeds: 1, live: false, files: {} }
  if (args.length === 1 && args[0] === "--list") return Either.right(none)
  return Either.flatMap(read(args, none), (command) => {
    if (command.source === undefined) return wrong("a scenario is missing")
    return command.live && command.seeds > 1
      ? wrong(`--live runs one seed, not ${command.seeds}`)
      : Either.right(command)
  })
}
