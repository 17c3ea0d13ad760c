import { describe, expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { largestN, sumOfSquares } from "../../../src/platform/workers/sumOfSquares.ts"

const closedFormula = (n: number): bigint => {
  const exact = BigInt(n)
  return (exact - 1n) * exact * (2n * exact - 1n) / 6n
}

describe("sumOfSquares", () => {
  it("is the handbook's result", () => {
    expect(sumOfSquares(1_000_000)).toBe(333_332_833_333_500_000n)
  })

  it.prop("agrees with the closed formula", [FastCheck.integer({ min: 1, max: 1_000_000 })], ([n]) => {
    expect(sumOfSquares(n)).toBe(closedFormula(n))
  })

  // the ends, around the split of i, and around a stretch
  it.each([1, 2, 8_192, 8_193, 16_384, 16_385])("is exact for n = %i", (n) => {
    expect(sumOfSquares(n)).toBe(closedFormula(n))
  })

  // around the n where one i² leaves the exact doubles, and where the sums of a stretch are largest
  it.each([94_906_267, largestN, 2 ** 32])("is exact just below n = %i", (n) => {
    const from = n - 100_000
    expect(sumOfSquares(n, from)).toBe(closedFormula(n) - closedFormula(from))
  })
})
