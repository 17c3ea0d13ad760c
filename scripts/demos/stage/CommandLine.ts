import { Data, Effect, Either, Exit } from "effect"
import { type Demo, refusals } from "./Demo.ts"
import { cells, heads, table } from "./Figures.ts"
import { perform, type Performance, type Print } from "./Performance.ts"
import type { Mode } from "./Stage.ts"

const usage = "npm run demo -- <name>|all [--virtual]"

/** A command that makes no sense; the message says what is expected. */
class WrongCommand extends Data.TaggedError("WrongCommand")<{ readonly message: string }> {}

interface Command {
  readonly demos: ReadonlyArray<Demo>
  readonly mode: Mode
}

interface Refused {
  readonly demo: Demo
  readonly refused: string
}

const refusal = (demo: Demo, mode: Mode): string | undefined =>
  mode === "live" || demo.needs === "clock" ? undefined : refusals[demo.needs]

/** Parses the arguments as a command. Without a name, the command is the list of demos. */
const parse = (catalogue: ReadonlyArray<Demo>, args: ReadonlyArray<string>): Either.Either<Command, WrongCommand> => {
  const wrong = (message: string) => Either.left(new WrongCommand({ message: `${message}\n${usage}` }))
  const options = args.filter((argument) => argument.startsWith("-"))
  const [name, ...others] = args.filter((argument) => !argument.startsWith("-"))
  const mode = options.includes("--virtual") ? "virtual" : "live"
  const unknown = options.find((option) => option !== "--virtual")
  if (unknown !== undefined) return wrong(`unknown option ${unknown}; the only one is --virtual`)
  if (others.length > 0) return wrong(`one demo at a time, or all: ${[name, ...others].join(" ")}`)
  if (name === undefined) {
    return options.length > 0 ? wrong("--virtual needs the name of a demo, or all") : Either.right({ demos: [], mode })
  }
  if (name === "all") return Either.right({ demos: catalogue, mode })
  const demo = catalogue.find((demo) => demo.name === name)
  if (demo === undefined) {
    return wrong(`unknown demo ${JSON.stringify(name)}; there are ${catalogue.map((demo) => demo.name).join(", ")}`)
  }
  const reason = refusal(demo, mode)
  return reason === undefined
    ? Either.right({ demos: [demo], mode })
    : wrong(`${name} refuses --virtual: ${reason}`)
}

const list = (catalogue: ReadonlyArray<Demo>): ReadonlyArray<string> => [
  usage,
  "  --virtual: by a virtual clock, at once and with the same figures; for the demos marked with it",
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

/**
 * Runs the command and returns the exit code: 0, 1 if a demo failed, 2 for a wrong command or a demo that refuses the
 * mode. `all` skips and lists demos that refuse.
 */
export const run = (
  catalogue: ReadonlyArray<Demo>,
  args: ReadonlyArray<string>,
  out: { readonly print: Print; readonly printError: Print }
): Effect.Effect<number> =>
  Effect.gen(function*() {
    const { demos, mode } = yield* parse(catalogue, args)
    if (demos.length === 0) { for (const line of list(catalogue)) out.print(line) }
    const results = yield* Effect.forEach(demos, (demo): Effect.Effect<Performance | Refused> => {
      const refused = refusal(demo, mode)
      return refused === undefined
        ? perform(demo, { mode, print: out.print })
        : Effect.succeed({ demo, refused })
    }, { concurrency: 1 })
    if (results.length > 1) { for (const line of summary(results)) out.print(line) }
    return results.some((result) => "exit" in result && Exit.isFailure(result.exit)) ? 1 : 0
  }).pipe(
    Effect.catchTag("WrongCommand", ({ message }) =>
      Effect.sync(() => {
        out.printError(message)
        return 2
      }))
  )
