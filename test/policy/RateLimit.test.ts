import { describe, expect, it } from "@effect/vitest"
import { Duration, FastCheck } from "effect"
import { RateLimit } from "../../src/policy/RateLimit.ts"

const tenPerSecond = { permits: 10, per: Duration.seconds(1) }

const take = (limit: RateLimit, times: number, now: number) =>
  Array.from({ length: times }, () => limit.take(now)).filter(({ refused }) => !refused).length

describe("RateLimit", () => {
  it("gives the burst at once, and then a permit an interval, on both sides of its boundary", () => {
    const limit = new RateLimit({ ...tenPerSecond, burst: 3 })
    expect(take(limit, 5, 0)).toBe(3)
    expect(limit.take(99)).toEqual({ wait: 1, refused: true })
    expect(limit.take(100)).toEqual({ wait: 0, refused: false })
    expect(limit.take(100).refused).toBe(true)
  })

  it("has a burst as large as its permits unless told otherwise, and fills up no further", () => {
    const limit = new RateLimit(tenPerSecond)
    expect(limit.available(0)).toBe(10)
    expect(take(limit, 20, 0)).toBe(10)
    expect(limit.available(0)).toBe(0)
    expect(limit.available(1_000_000)).toBe(10)
    expect(take(limit, 20, 1_000_000)).toBe(10)
  })

  it("lets the first wait up to maxWait, each behind the one before", () => {
    const limit = new RateLimit({ ...tenPerSecond, burst: 1, maxWait: Duration.millis(250) })
    expect([1, 2, 3, 4].map(() => limit.take(0))).toEqual([
      { wait: 0, refused: false },
      { wait: 100, refused: false },
      { wait: 200, refused: false },
      { wait: 300, refused: true }
    ])
    limit.giveBack()
    expect(limit.take(0)).toEqual({ wait: 200, refused: false })
  })

  it("never gives more than the burst and the rate, whatever the times of arrival are", () => {
    const arrivals = FastCheck.array(FastCheck.integer({ min: 0, max: 200 }), { maxLength: 100 })
    FastCheck.assert(
      FastCheck.property(arrivals, FastCheck.integer({ min: 1, max: 5 }), (gaps, burst) => {
        const limit = new RateLimit({ ...tenPerSecond, burst })
        let now = 0
        const given = gaps.flatMap((gap) => limit.take(now += gap).refused ? [] : [now])
        for (const [index, from] of given.entries()) {
          given.slice(index).forEach((to, count) =>
            expect(count + 1).toBeLessThanOrEqual(burst + (to - from) / 100 + 1e-9)
          )
        }
      })
    )
  })
})
