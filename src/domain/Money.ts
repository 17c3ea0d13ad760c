import { ParseResult, Schema } from "effect"

/** Money in whole cents. Signed, as a ledger entry and a sum are; a payment is an `Amount`. */
export const Cents = Schema.Int.pipe(Schema.brand("Cents"))
export type Cents = typeof Cents.Type

const smallest = 1
const largest = 100_000_000_000

/** What a payment may move: 0.01 to 1,000,000,000.00, in cents. */
export const AmountCents = Cents.pipe(Schema.between(smallest, largest))

const decimal = /^([0-9]{1,10})(?:\.([0-9]{1,2}))?$/
const rule = "must be an amount from 0.01 to 1000000000.00 with at most two decimals"

const parse = (written: string): number | undefined => {
  const match = decimal.exec(written)
  if (match === null) return undefined
  const cents = Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"))
  return cents >= smallest && cents <= largest ? cents : undefined
}

/** Cents as a decimal number with two places: 8950 → `89.50`. */
export const format = (cents: number): string => {
  const digits = String(Math.abs(cents)).padStart(3, "0")
  return `${cents < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Cents as the handbook's language prints a float: 1050 → `10.5`, 1000 → `10.0`, 1005 → `10.05`. */
export const formatShort = (cents: number): string => format(cents).replace(/0$/, "")

/**
 * An amount as clients write it: a JSON number or a decimal text, 0.01 to 1,000,000,000.00, at most two decimals; cents inside.
 * The shortest decimal text of a double is what the client wrote, so no float arithmetic is ever done.
 */
export const Amount = Schema.transformOrFail(
  Schema.Union(Schema.Number, Schema.String).annotations({
    jsonSchema: { anyOf: [{ type: "number", minimum: 0.01, maximum: 1e9, multipleOf: 0.01 }, { type: "string" }] }
  }),
  AmountCents,
  {
    strict: true,
    decode: (written, _, ast) => {
      const cents = parse(String(written))
      return cents === undefined
        ? ParseResult.fail(new ParseResult.Type(ast, written, rule))
        : ParseResult.succeed(Cents.make(cents))
    },
    encode: (cents) => ParseResult.succeed(format(cents))
  }
).annotations({ description: "0.01 to 1000000000.00, at most two decimals", examples: [Cents.make(1050)] })
