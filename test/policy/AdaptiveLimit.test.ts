import { describe, expect, it } from "@effect/vitest"
import { Duration } from "effect"
import { AdaptiveLimit } from "../../src/policy/AdaptiveLimit.ts"

const make = () =>
  new AdaptiveLimit({ adaptive: "aimd", initial: 10, min: 2, max: 12, slowerThan: Duration.millis(200) })

const times = (count: number, act: () => void) => Array.from({ length: count }).forEach(act)

describe("AdaptiveLimit", () => {
  it("grows by one over a round of successes at the limit, up to its maximum", () => {
    const limit = make()
    times(10, () => limit.ended(true, 200, 10))
    expect(limit.limit).toBe(10)
    limit.ended(true, 200, 10)
    expect(limit.limit).toBe(11)
    times(100, () => limit.ended(true, 1, 12))
    expect(limit.limit).toBe(12)
  })

  it("does not grow while fewer run than it allows", () => {
    const limit = make()
    times(100, () => limit.ended(true, 1, 9))
    expect(limit.limit).toBe(10)
  })

  it("takes a tenth for a failure or a slower success, down to its minimum", () => {
    const limit = make()
    limit.ended(false, 1, 10)
    expect(limit.limit).toBe(9)
    limit.ended(true, 201, 9)
    expect(limit.limit).toBe(8)
    times(100, () => limit.ended(false, 1, 1))
    expect(limit.limit).toBe(2)
  })
})
