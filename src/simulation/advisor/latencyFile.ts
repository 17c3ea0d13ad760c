import { Either } from "effect"
import { type Text, text } from "../../domain/Text.ts"
import { mostSamples, type Recorded } from "./Question.ts"

/** A line of a file of latencies is no time. */
export interface WrongLine {
  /** From 1. */
  readonly line: number
  readonly sentence: Text
}

const longest = 86_400_000

const wrongLine = (line: number, sentence: Text) => Either.left({ line, sentence })

/**
 * Reads times in milliseconds, one a line: `12.5`, or `>5000` for an attempt that was given up at 5,000 ms. Empty lines
 * and those that begin with # do not count.
 */
export const readLatencies = (file: string): Either.Either<Recorded, WrongLine> => {
  const values: Array<number> = []
  const longer: Array<number> = []
  for (const [index, line] of file.split("\n").entries()) {
    const written = line.trim()
    if (written === "" || written.startsWith("#")) continue
    const isLonger = written.startsWith(">")
    const digits = isLonger ? written.slice(1).trim() : written
    const millis = digits === "" ? NaN : Number(digits)
    if (!(millis >= 0 && millis <= longest)) {
      return wrongLine(
        index + 1,
        text(
          "doit être un temps en millisecondes jusqu'à un jour, comme 12.5, ou >5000 pour un essai abandonné",
          "must be a time in milliseconds up to a day, such as 12.5, or >5000 for an attempt that was given up"
        )
      )
    }
    if (isLonger) longer.push(millis)
    else values.push(millis)
    if (values.length + longer.length > mostSamples) {
      return wrongLine(
        index + 1,
        text(`au plus ${mostSamples} mesures sont lues`, `at most ${mostSamples} samples are read`)
      )
    }
  }
  return Either.right({ values, longer })
}
