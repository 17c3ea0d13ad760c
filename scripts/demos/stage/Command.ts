import { Data, Either } from "effect"
import { type Demo, refusals } from "./Demo.ts"
import { refusalOfTest } from "./keptTest.ts"
import type { Mode } from "./Stage.ts"

export const usage = "npm run demo -- <name>|all [--virtual] [--svg FILE] [--json FILE] [--chrome FILE] [--test FILE]"

/** Arguments that make no sense; the message says what is expected. */
export class WrongCommand extends Data.TaggedError("WrongCommand")<{ readonly message: string }> {}

/** The forms in which a demo's timeline is saved. */
export const forms = ["svg", "json", "chrome", "test"] as const
export type Form = (typeof forms)[number]

export interface Command {
  readonly demos: ReadonlyArray<Demo>
  readonly mode: Mode
  /** The files into which the timeline goes, by form. */
  readonly files: ReadonlyArray<readonly [Form, string]>
}

/** Returns why a demo cannot run in a mode. */
export const refusal = (demo: Demo, mode: Mode): string | undefined =>
  mode === "live" || demo.needs === "clock" ? undefined : refusals[demo.needs]

const wrong = (message: string) => Either.left(new WrongCommand({ message: `${message}\n${usage}` }))

interface Words {
  readonly names: ReadonlyArray<string>
  readonly isVirtual: boolean
  readonly files: ReadonlyArray<readonly [Form, string]>
}

/** Sorts the arguments into names and options. */
const sorted = (args: ReadonlyArray<string>, words: Words): Either.Either<Words, WrongCommand> => {
  const [word, ...rest] = args
  if (word === undefined) return Either.right(words)
  if (word === "--virtual") return sorted(rest, { ...words, isVirtual: true })
  if (!word.startsWith("-")) return sorted(rest, { ...words, names: [...words.names, word] })
  const form = forms.find((one) => word === `--${one}`)
  if (form === undefined) {
    return wrong(`unknown option ${word}; there are --virtual and ${forms.map((one) => `--${one} FILE`).join(", ")}`)
  }
  const [file, ...others] = rest
  if (file === undefined || file.startsWith("-")) return wrong(`${word} needs the name of a file`)
  const reason = form === "test" ? refusalOfTest(file) : undefined
  return reason === undefined ? sorted(others, { ...words, files: [...words.files, [form, file]] }) : wrong(reason)
}

/** Reads the arguments of `npm run demo`. Without a name, the command is the list of demos. */
export const parse = (
  catalogue: ReadonlyArray<Demo>,
  args: ReadonlyArray<string>
): Either.Either<Command, WrongCommand> =>
  Either.flatMap(sorted(args, { names: [], isVirtual: false, files: [] }), ({ files, isVirtual, names }) => {
    const [name, ...others] = names
    const mode = isVirtual ? "virtual" : "live"
    if (others.length > 0) return wrong(`one demo at a time, or all: ${names.join(" ")}`)
    if (name === undefined) {
      if (isVirtual) return wrong("--virtual needs the name of a demo, or all")
      return files.length > 0 ? wrong("a file needs the name of a demo") : Either.right({ demos: [], mode, files })
    }
    if (name === "all") {
      return files.length > 0
        ? wrong("a file takes one demo, not all")
        : Either.right({ demos: catalogue, mode, files })
    }
    const demo = catalogue.find((demo) => demo.name === name)
    if (demo === undefined) {
      return wrong(`unknown demo ${JSON.stringify(name)}; there are ${catalogue.map((demo) => demo.name).join(", ")}`)
    }
    const reason = refusal(demo, mode)
    return reason === undefined
      ? Either.right({ demos: [demo], mode, files })
      : wrong(`${name} refuses --virtual: ${reason}`)
  })
