import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { readLatencies } from "../../../src/simulation/advisor/latencyFile.ts"
import { recordedTimes } from "../../../src/simulation/advisor/recordedTimes.ts"
import { boundingRank, samplesNeeded } from "../../../src/simulation/advisor/thinData.ts"
import { uniform } from "../../../src/simulation/draws.ts"

describe("bounds of quantiles", () => {
  it("need so many samples that the greatest lies above them (Wilks)", () => {
    expect([0.95, 0.99, 0.995, 0.999, 0.9995].map(samplesNeeded)).toEqual([59, 299, 598, 2_995, 5_990])
    expect(boundingRank(2_994, 0.999)).toBeUndefined()
    expect(boundingRank(2_995, 0.999)).toBe(2_995)
  })

  it("lie above the quantile in 95 % of samples", () => {
    const [trials, count, p] = [2_000, 400, 0.95] as const
    const rank = boundingRank(count, p) ?? 0
    let above = 0
    for (let trial = 0; trial < trials; trial++) {
      const sorted = Float64Array.from({ length: count }, (_, place) => uniform(trial, place, 0, 1)).sort()
      if ((sorted[rank - 1] ?? 0) > p) above++
    }
    // the rank is a whole number, so the confidence is somewhat more than 95 %; four standard errors below
    expect(above / trials).toBeGreaterThan(0.95 - 4 * Math.sqrt(0.05 * 0.95 / trials))
    expect(above / trials).toBeLessThan(0.985)
  })
})

describe("recorded times", () => {
  it("give the quantiles of the samples where all are known", () => {
    const { at, beyond, count } = recordedTimes({ values: Array.from({ length: 100 }, (_, place) => 100 - place) })
    expect([count, beyond, at(0.01), at(0.5), at(0.95), at(1)]).toEqual([100, 0, 1, 50, 95, 100])
  })

  it("count those that were given up as longer, by the product-limit estimator", () => {
    // survival: 4/5 after 1, 3/5 after 2, then one of two at risk ends at 3: 3/10, and the last at 4
    const { at } = recordedTimes({ values: [1, 2, 3, 4], longer: [2.5] })
    expect([0.2, 0.4, 0.41, 0.7, 0.71].map(at)).toEqual([1, 2, 3, 3, 4])
  })

  it("know no quantile beyond those that were given up, and no bound", () => {
    const values = Array.from({ length: 3_960 }, (_, place) => 1 + place / 100)
    const { at, beyond, bound } = recordedTimes({ values, longer: Array.from({ length: 40 }, () => 5_000) })
    expect(beyond).toBeCloseTo(0.01)
    expect(bound(0.95)).toBeLessThan(at(0.97))
    expect([bound(0.95), bound(0.999)]).toEqual([expect.any(Number), undefined])
    expect(at(0.995)).toBe(10_000)
  })

  it("are read from a file, a time a line; a wrong line is named", () => {
    expect(readLatencies("# ms\n12.5\n\n> 5000\n>250\n0\r\n")).toEqual(
      Either.right({ values: [12.5, 0], longer: [5_000, 250] })
    )
    expect(["1\nx", "1\n>", "1\n-1", "1\nInfinity"].map((file) => Either.merge(readLatencies(file)))).toEqual(
      [1, 2, 3, 4].map(() => expect.objectContaining({ line: 2 }))
    )
  })
})
