import { describe, expect, it } from "@effect/vitest"
import { Sampler } from "../../../src/platform/recorder/Sampler.ts"

/** Counts the runs that are taken out of so many, one every so many milliseconds. */
const taken = (sampler: Sampler, runs: number, every: number, from = 0) =>
  Array.from({ length: runs }, (_, n) => sampler.takes(from + n * every)).filter(Boolean).length

describe("the sampler", () => {
  it("takes a burst up to its budget, and then as many a second as the budget says", () => {
    const sampler = new Sampler({ perSecond: 20, share: 0 })
    expect(taken(sampler, 100, 0)).toBe(20)
    expect(taken(sampler, 1_000, 10, 0)).toBe(199)
    expect(taken(sampler, 100, 0, 60_000)).toBe(20)
  })

  it("takes the share of the rest, from each of two kinds that come in turns", () => {
    const sampler = new Sampler({ perSecond: 0, share: 0.01 })
    const kinds = Array.from({ length: 100_000 }, (_, n) => sampler.takes(n) ? n % 2 : -1)
    for (const kind of [0, 1]) expect(Math.abs(kinds.filter((one) => one === kind).length - 500)).toBeLessThan(5)
  })

  it("takes none or all where it is told so", () => {
    expect(taken(new Sampler({ perSecond: 0, share: 0 }), 1_000, 1)).toBe(0)
    expect(taken(new Sampler({ perSecond: 0, share: 1 }), 1_000, 1)).toBe(1_000)
  })
})
