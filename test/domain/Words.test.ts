import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck as fc, Schema } from "effect"
import { UserIdFromText } from "../../src/domain/Ids.ts"
import { Amount, format, formatShort } from "../../src/domain/Money.ts"

const amount = Schema.decodeUnknownEither(Amount)
const userId = Schema.decodeUnknownEither(UserIdFromText)

describe("Amount", () => {
  it("takes 0.01 to 1,000,000,000.00 with at most two decimals, as a number or a text", () => {
    const good: ReadonlyArray<readonly [unknown, number]> = [
      [10, 1000],
      [10.5, 1050],
      ["10.50", 1050],
      [0.01, 1],
      ["0.1", 10],
      [1e9, 100_000_000_000],
      ["1000000000.00", 100_000_000_000],
      [4.35, 435],
      [1.1, 110]
    ]
    for (const [written, cents] of good) expect([written, Either.getOrNull(amount(written))]).toEqual([written, cents])
  })

  it("refuses everything else", () => {
    const bad = [
      0,
      -1,
      0.001,
      1.005,
      1e9 + 0.01,
      Number.NaN,
      Infinity,
      -Infinity,
      "nan",
      "inf",
      "",
      " 1",
      "1,5",
      "1e3",
      "+1",
      "0.00",
      "1.",
      ".5",
      null,
      true,
      [1],
      {}
    ]
    for (const written of bad) expect([written, Either.isLeft(amount(written))]).toEqual([written, true])
  })

  it("keeps every cent through text and number", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 100_000_000_000 }), (cents) => {
      expect(Either.getOrNull(amount(format(cents)))).toBe(cents)
      expect(Either.getOrNull(amount(formatShort(cents)))).toBe(cents)
      expect(Either.getOrNull(amount(Number(format(cents))))).toBe(cents)
    }))
  })

  it("is printed as the handbook prints a float", () => {
    expect([1050, 1000, 1005, 1, 100_000_000_000].map(formatShort)).toEqual([
      "10.5",
      "10.0",
      "10.05",
      "0.01",
      "1000000000.0"
    ])
    expect([-5, 8950, 0].map(format)).toEqual(["-0.05", "89.50", "0.00"])
  })
})

describe("UserId", () => {
  it("takes exactly the decimal digits of 1 to 2^53-1", () => {
    fc.assert(fc.property(fc.maxSafeNat(), (n) => {
      expect(Either.isRight(userId(String(n)))).toBe(n >= 1)
    }))
    fc.assert(fc.property(fc.string(), (written) => {
      expect(Either.isRight(userId(written))).toBe(
        /^[1-9][0-9]{0,15}$/.test(written) && Number.isSafeInteger(Number(written))
      )
    }))
  })
})
