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

  // around the block's edge, where i² leaves the doubles' exact range, and the end
  it.each([1, 2, 16_384, 16_385, 2 ** 24, 2 ** 24 + 1, 94_906_267, largestN])("is exact for n = %i", (n) => {
    expect(sumOfSquares(n)).toBe(closedFormula(n))
  })
})
