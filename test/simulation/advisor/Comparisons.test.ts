import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { stillInRace } from "../../../src/simulation/advisor/choice.ts"
import { advantage } from "../../../src/simulation/advisor/comparisons.ts"
import { balanced, type Contestant, countOf } from "../../../src/simulation/advisor/Contest.ts"
import { Question, type Trouble } from "../../../src/simulation/advisor/Question.ts"

const troubles = ["healthy", "brownout"] as const

/** A contestant with these shares of successes, run by run. */
const withShares = (shares: Readonly<Partial<Record<Trouble, ReadonlyArray<number>>>>): Contestant => ({
  policy: {},
  runs: new Map(
    troubles.map((trouble) => [
      trouble,
      (shares[trouble] ?? []).map((share) => ({ share, amplification: 1, p99: 1, counted: 1_000 }))
    ])
  )
})

const asked = Schema.decode(Question)({
  upstream: { service: { kind: "constant", value: "50 millis" } },
  rate: 20,
  objective: { share: 0.75, within: "1 second" },
  amplification: 2,
  idempotent: true
})

const best = withShares({ healthy: [0.9, 0.92, 0.94], brownout: [0.7, 0.72, 0.74] })

describe("policies are compared", () => {
  it("with as many runs in health as in all other scenarios together", () => {
    const all = ["healthy", "partial failure", "brownout", "recovery"] as const
    expect(all.map(balanced(2, all))).toEqual([6, 2, 2, 2])
    expect(countOf(balanced(2, all), all)).toBe(12)
    expect(countOf(balanced(2, ["healthy"]), ["healthy"])).toBe(2)
  })

  it("run by run, with errors of the scenarios that add up by their squares", () => {
    const other = withShares({ healthy: [0.8, 0.83, 0.83], brownout: [0.69, 0.7, 0.71] })
    const { high, low, mean } = advantage(best, other, troubles)
    // differences of 0.1, 0.09 and 0.11 in health, and 0.01, 0.02 and 0.03 in the brownout: each deviates by 0.01
    const [health, brownout] = [0.9 / 0.93, 0.03 / 0.93]
    expect(mean).toBeCloseTo(0.1 * health + 0.02 * brownout, 9)
    expect(high - mean).toBeCloseTo(4.303 * 0.01 / Math.sqrt(3) * Math.hypot(health, brownout), 9)
    expect(mean - low).toBeCloseTo(high - mean, 9)
  })

  it.effect("until one is proven worse than the best within the bound of attempts, or does not hold the objective more often", () =>
    Effect.gen(function*() {
      const question = yield* asked
      const proven = withShares({ healthy: [0.8, 0.82, 0.84], brownout: [0.7, 0.72, 0.74] })
      const unproven = withShares({ healthy: [0.7, 0.92, 0.95], brownout: [0.7, 0.72, 0.74] })
      const holdsMore = withShares({ healthy: [0.8, 0.82, 0.84], brownout: [0.8, 0.8, 0.8] })
      const beyond: Contestant = {
        policy: {},
        runs: new Map(troubles.map((trouble) => [
          trouble,
          [0, 1, 2].map(() => ({ share: 1, amplification: 3, p99: 1, counted: 1_000 }))
        ]))
      }
      const all = [proven, best, unproven, holdsMore, beyond]
      expect(stillInRace(all, question, troubles).map((one) => all.indexOf(one))).toEqual([1, 2, 3, 4])
    }))
})
