import { ParseResult, Schema } from "effect"
import { rule } from "./Rule.ts"

/** Money in whole cents, signed as ledger entries and sums are. A payment is an `Amount`. */
export const Cents = Schema.Int.pipe(Schema.brand("Cents"))
export type Cents = typeof Cents.Type

/** The cents that one payment may move: 0.01 to 1,000,000,000.00. */
export const AmountCents = Cents.pipe(Schema.between(1, 100_000_000_000))

/** An amount as text, from 0.01 to 1000000000.00. */
const decimal = /^(0\.(0[1-9]|[1-9][0-9]?)|[1-9][0-9]{0,8}(\.[0-9]{1,2})?|1000000000(\.0{1,2})?)$/

const parse = (written: string): Cents | undefined => {
  if (!decimal.test(written)) return undefined
  const [whole = "", decimals = ""] = written.split(".")
  return Cents.make(Number(whole) * 100 + Number(decimals.padEnd(2, "0")))
}

/** Formats cents as a decimal number with two places: 8950 → `89.50`. */
export const format = (cents: number): string => {
  const digits = String(Math.abs(cents)).padStart(3, "0")
  return `${cents < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Formats cents as Python prints a float: 1050 → `10.5`, 1000 → `10.0`, 1005 → `10.05`. */
export const formatShort = (cents: number): string => format(cents).replace(/0$/, "")

const amountRule = rule(
  "doit être un montant de 0.01 à 1000000000.00, avec deux décimales au plus",
  "must be an amount from 0.01 to 1000000000.00 with at most two decimals"
)

// no multipleOf: no double is exactly 0.01, so validators would refuse one valid amount in nine
const documented = {
  anyOf: [{ type: "number", minimum: 0.01, maximum: 1e9 }, { type: "string", pattern: decimal.source }]
}

/**
 * Reads an amount into cents from a JSON number or a decimal text, 0.01 to 1,000,000,000.00, with at most two decimals.
 * The shortest decimal text of a double is the text that the client wrote, so no float arithmetic is needed.
 */
export const Amount = Schema.transformOrFail(
  Schema.Union(Schema.Number, Schema.String).annotations({ ...amountRule, jsonSchema: documented }),
  AmountCents,
  {
    strict: true,
    decode: (written, _, ast) => {
      const cents = parse(String(written))
      return cents === undefined
        ? ParseResult.fail(new ParseResult.Type(ast, written))
        : ParseResult.succeed(cents)
    },
    encode: (cents) => ParseResult.succeed(format(cents))
  }
).annotations({
  ...amountRule,
  description: "0.01 to 1000000000.00, at most two decimals",
  examples: [Cents.make(1050)]
})
