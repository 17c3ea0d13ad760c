// Reads by `Duration.decode` of effect 3.22.4, which alone takes "-5 seconds" for 0 and parts of a millisecond.
// Nothing in effect writes words that it reads: `Duration.format` writes "1s 500ms", and `Schema.Duration` encodes to
// an object.
import { Duration, Either, Option, ParseResult, Schema } from "effect"
import { rule } from "../domain/Rule.ts"

/** Bounds every timeout and pause of a policy. Beyond a day a timer is a scheduled job, not resilience. */
export const longest = Duration.hours(24)

const units = [["hour", 3_600_000], ["minute", 60_000], ["second", 1_000], ["milli", 1]] as const

/**
 * Formats a duration of whole milliseconds in the largest unit that divides it: `5 seconds`, `1 minute`, `1500 millis`.
 */
export const format = (duration: Duration.Duration): string => {
  const millis = Duration.toMillis(duration)
  const [unit, size] = units.find(([, size]) => millis !== 0 && millis % size === 0) ?? ["milli", 1]
  const count = millis / size
  return `${count} ${unit}${count === 1 ? "" : "s"}`
}

const parse = (written: string): Option.Option<Duration.Duration> =>
  written.startsWith("-") ? Option.none() : Option.filter(
    Duration.decodeUnknown(written),
    (duration) => Duration.lessThanOrEqualTo(duration, longest) && Number.isInteger(Duration.toMillis(duration))
  )

/** Reads and writes a duration in words, such as `5 seconds`: whole milliseconds from 0 to 24 hours. */
export const DurationText = Schema.transformOrFail(
  Schema.String.annotations({
    description: "A duration in words, in whole milliseconds up to 24 hours",
    examples: ["5 seconds", "200 millis"]
  }),
  Schema.DurationFromSelf,
  {
    strict: true,
    decode: (written, _, ast) => Either.fromOption(parse(written), () => new ParseResult.Type(ast, written)),
    encode: (duration) => ParseResult.succeed(format(duration))
  }
).annotations(
  rule(
    "doit être une durée en anglais, en millisecondes entières jusqu'à 24 heures, comme \"5 seconds\" ou \"200 millis\"",
    "must be a duration in words, in whole milliseconds up to 24 hours, such as \"5 seconds\" or \"200 millis\""
  )
)
