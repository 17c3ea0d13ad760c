import { Config, ConfigError, Duration, Either, Option } from "effect"

/** A setting: its variable, default, unit, range and purpose. */
export interface Setting<A> {
  readonly name: string
  readonly defaultText: string
  readonly expected: string
  readonly description: string
  readonly config: Config.Config<A>
}

/**
 * Makes a setting from its parser, which returns undefined for a bad value. `show` gives the part of a bad value that
 * may be printed.
 */
export const setting = <A>(
  name: string,
  fallback: A,
  defaultText: string,
  expected: string,
  description: string,
  parse: (written: string) => A | undefined,
  show: (written: string) => string = JSON.stringify
): Setting<A> => ({
  name,
  defaultText,
  expected,
  description,
  config: Config.string(name).pipe(
    Config.mapOrFail((written) => {
      const value = parse(written.trim())
      return value === undefined
        ? Either.left(ConfigError.InvalidData([], `${name}: ${show(written)} is not ${expected}`))
        : Either.right(value)
    }),
    Config.withDefault(fallback)
  )
})

const wholeNumber = ([least, most]: readonly [number, number], unit: string) => ({
  expected: `a whole number${unit === "" ? "" : ` of ${unit}`} from ${least} to ${most}`,
  parse: (written: string) => {
    const value = Number(written)
    return /^\d+$/.test(written) && value >= least && value <= most ? value : undefined
  }
})

/** Reads a whole number with its unit and inclusive range. */
export const integer = (
  name: string,
  fallback: number,
  range: readonly [number, number],
  unit: string,
  description: string
): Setting<number> => {
  const { expected, parse } = wholeNumber(range, unit)
  return setting(name, fallback, String(fallback), expected, description, parse)
}

export const kibibyte = 1024
export const mebibyte = 1024 * kibibyte
export const gibibyte = 1024 * mebibyte

/** Reads a size in bytes with its inclusive range. */
export const bytes = (name: string, fallback: number, range: readonly [number, number], description: string) =>
  integer(name, fallback, range, "bytes", description)

/** Reads a duration in words (`5 seconds`, `100 millis`) with its inclusive range. */
export const duration = (
  name: string,
  fallback: Duration.DurationInput,
  [least, most]: readonly [Duration.DurationInput, Duration.DurationInput],
  description: string
): Setting<Duration.Duration> =>
  setting(
    name,
    Duration.decode(fallback),
    String(fallback),
    `a duration from ${least} to ${most}, such as "5 seconds" or "200 millis"`,
    description,
    (written) =>
      Option.getOrUndefined(
        Option.filter(
          // a negative duration would be read as zero
          /^\d+(\.\d+)? /.test(written) ? Duration.decodeUnknown(written) : Option.none(),
          Duration.between({ minimum: Duration.decode(least), maximum: Duration.decode(most) })
        )
      )
  )

/** Reads one of a few words. */
export const oneOf = <const Words extends ReadonlyArray<string>>(
  name: string,
  fallback: Words[number],
  words: Words,
  description: string
): Setting<Words[number]> =>
  setting<Words[number]>(
    name,
    fallback,
    fallback,
    `one of ${words.join(", ")}`,
    description,
    (written) => words.find((word) => word === written)
  )

/** Reads any text, or any text that matches the pattern. */
export const words = (name: string, fallback: string, expected: string, description: string, pattern = /^.+$/) =>
  setting(
    name,
    fallback,
    fallback,
    expected,
    description,
    (written) => (pattern.test(written) ? written : undefined)
  )

/** Makes a setting that is none unless it is given. */
export const optional = <A>(
  name: string,
  defaultText: string,
  expected: string,
  description: string,
  parse: (written: string) => A | undefined,
  show?: (written: string) => string
): Setting<Option.Option<A>> =>
  setting(
    name,
    Option.none<A>(),
    defaultText,
    expected,
    description,
    (written) => {
      const value = parse(written)
      return value === undefined ? undefined : Option.some(value)
    },
    show
  )

/** Reads a list of different values, separated by commas; empty unless it is given. */
export const list = <A>(
  name: string,
  defaultText: string,
  expected: string,
  description: string,
  parse: (written: string) => A | undefined
): Setting<ReadonlyArray<A>> =>
  setting<ReadonlyArray<A>>(name, [], defaultText, expected, description, (written) => listOf(written, parse))

/** Parses each value of a list; undefined if one is wrong or appears twice. */
export const listOf = <A>(written: string, parse: (written: string) => A | undefined): Array<A> | undefined => {
  const items = written.split(",").map((item) => item.trim())
  const values = items.map(parse).filter((value) => value !== undefined)
  return values.length === items.length && new Set(values).size === values.length ? values : undefined
}

/**
 * Bounds the share of a limit that one client, or one kind, may take. The default is half, so that the other half is
 * left to others.
 */
export const part = (
  name: string,
  whole: Setting<number>,
  unit: string,
  description: string
): Setting<Option.Option<number>> => {
  const { expected, parse } = wholeNumber([1, 1_000_000], unit)
  return optional(name, `half of ${whole.name}`, expected, description, parse)
}

/** Returns the share in force. */
export const partOf = (whole: number, given: Option.Option<number>): number =>
  Option.getOrElse(given, () => Math.ceil(whole / 2))

/** Stands for a bad value that may be a secret. */
export const secret = (): string => "the given value"
