import { Duration, Either, Option, ParseResult, Schema } from "effect"
import { rule } from "../domain/Rule.ts"

/** Bounds every time of a model. Virtual nanoseconds are exact for 104 days. */
const longest = Duration.days(30)

const written = rule(
  "doit être un temps en mots, de 0 à 30 jours, comme \"100 millis\", \"1.5 seconds\" ou \"250 micros\"",
  "must be a time in words, from 0 to 30 days, such as \"100 millis\", \"1.5 seconds\" or \"250 micros\""
)

const parse = (text: string): Option.Option<number> =>
  text.startsWith("-") ? Option.none() : Option.map(
    Option.filter(Duration.decodeUnknown(text), (duration) => Duration.lessThanOrEqualTo(duration, longest)),
    nanosOf
  )

const nanosOf = (duration: Duration.Duration): number => Math.round(Duration.toMillis(duration) * 1_000_000)

const units = [
  ["hour", 3_600_000_000_000],
  ["minute", 60_000_000_000],
  ["second", 1_000_000_000],
  ["milli", 1_000_000],
  [
    "micro",
    1_000
  ]
] as const

const format = (nanos: number): string => {
  const [unit, size] = units.find(([, size]) => nanos !== 0 && nanos % size === 0) ?? ["nano", 1]
  const count = nanos / size
  return `${count} ${unit}${count === 1 ? "" : "s"}`
}

/**
 * A time of a model: words outside, nanoseconds of virtual time inside. Unlike the times of policies it may be any part
 * of a millisecond.
 */
export const TimeText = Schema.transformOrFail(
  Schema.String.annotations({
    jsonSchema: {
      type: "string",
      pattern: String.raw`^\d+(\.\d+)?\s+(nano|micro|milli|second|minute|hour|day|week)s?$`,
      description: "A time in words, from 0 to 30 days",
      examples: ["100 millis", "1.5 seconds"]
    }
  }),
  Schema.Number,
  {
    strict: true,
    decode: (text, _, ast) => Either.fromOption(parse(text), () => new ParseResult.Type(ast, text)),
    encode: (nanos) => ParseResult.succeed(format(nanos))
  }
).annotations(written)

/** A time of a model that is longer than 0. */
export const PositiveTime = TimeText.pipe(
  Schema.filter((nanos) => nanos > 0, rule("doit être plus long que 0", "must be longer than 0"))
)
