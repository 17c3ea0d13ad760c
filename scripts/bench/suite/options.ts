import { Data, Either } from "effect"
import { parseArgs } from "node:util"
import type { Row } from "./Row.ts"

/** A command that makes no sense; the message says what is expected. */
export class WrongCommand extends Data.TaggedError("WrongCommand")<{ readonly message: string }> {}

export const usage = [
  "npm run bench -- [options]",
  "  --list          the rows, and nothing else",
  "  --row NAME      this row alone; may be given several times",
  "  --rounds N      turns of every contender, 5 unless given; figures are their medians",
  "  --seconds N     of each measurement under load, 1 unless given",
  "  --json FILE     where the results go, dist/bench-results.json unless given",
  "  --markdown FILE the table for a README",
  "  --from FILE     shows the results of earlier runs instead of measuring; may be given several times"
].join("\n")

const wrong = (message: string) => Either.left(new WrongCommand({ message: `${message}\n\n${usage}` }))

const whole = (name: string, written: string, most: number) => {
  const value = Number(written)
  return /^\d+$/.test(written) && value >= 1 && value <= most
    ? Either.right(value)
    : wrong(`--${name}: ${JSON.stringify(written)} is not a whole number from 1 to ${most}`)
}

const parse = (args: ReadonlyArray<string>) =>
  parseArgs({
    args: [...args],
    options: {
      list: { type: "boolean", default: false },
      row: { type: "string", multiple: true, default: [] },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "1" },
      json: { type: "string", default: "dist/bench-results.json" },
      markdown: { type: "string" },
      from: { type: "string", multiple: true, default: [] }
    }
  }).values

/** Checks the command's options; without `--row`, all rows are chosen. */
export const optionsOf = (args: ReadonlyArray<string>, all: ReadonlyArray<Row>) =>
  Either.gen(function*() {
    const values = yield* Either.try({
      try: () => parse(args),
      catch: (cause) => new WrongCommand({ message: `${cause instanceof Error ? cause.message : cause}\n\n${usage}` })
    })
    const unknown = values.row.find((name) => !all.some((row) => row.name === name))
    if (unknown !== undefined) {
      return yield* wrong(`no row ${JSON.stringify(unknown)}; there are ${all.map(({ name }) => name).join(", ")}`)
    }
    return {
      ...values,
      rows: values.row.length === 0 ? all : all.filter(({ name }) => values.row.includes(name)),
      rounds: yield* whole("rounds", values.rounds, 100),
      seconds: yield* whole("seconds", values.seconds, 60)
    }
  })
export type Options = Either.Either.Right<ReturnType<typeof optionsOf>>
