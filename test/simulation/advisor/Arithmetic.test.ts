import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { reasonAgainst } from "../../../src/simulation/advisor/arithmetic.ts"
import { littleLimit, neighbours, shapesOfAttempts, spaceOf } from "../../../src/simulation/advisor/candidates.ts"
import { factsOf } from "../../../src/simulation/advisor/Facts.ts"
import { Question } from "../../../src/simulation/advisor/Question.ts"
import { bestQueue, inTimeByQueue } from "../../../src/simulation/advisor/queueByTheory.ts"
import type { Shape } from "../../../src/simulation/advisor/Shape.ts"
import { tail } from "../../../src/simulation/theory.ts"

const asked = {
  upstream: { service: { kind: "exponential", mean: "100 millis" } },
  rate: 40,
  capacity: 10,
  objective: { share: 0.99, within: "1 second" },
  amplification: 1.2,
  idempotent: true
} as const

const factsFor = (changes: Partial<typeof Question.Encoded> = {}) =>
  factsOf(Schema.decodeSync(Question)({ ...asked, ...changes }), undefined)

const against = (shape: Shape, changes?: Partial<typeof Question.Encoded>) =>
  reasonAgainst(shape, factsFor(changes))?.en

describe("the timeouts that are tried", () => {
  it("are quantiles of the service: 1,099 ms end 0.1 % of lognormal times of median 50 ms and sigma 1", () => {
    const { timeouts } = factsFor({ upstream: { service: { kind: "lognormal", median: "50 millis", sigma: 1 } } })
    expect(timeouts.find(({ p }) => p === 0.999)).toEqual({ p: 0.999, millis: 1_099 })
  })

  it("are those of a mixture too", () => {
    const { timeouts } = factsFor({
      upstream: {
        service: {
          kind: "mixture",
          of: [
            { kind: "exponential", mean: "20 millis", weight: 0.96 },
            { kind: "constant", value: "2 seconds", weight: 0.04 }
          ]
        }
      }
    })
    // 0.96 × e^(-t/20) + 0.04 = 0.05
    expect(timeouts.find(({ p }) => p === 0.95)?.millis).toBe(Math.round(20 * Math.log(96)))
    expect(timeouts.find(({ p }) => p === 0.99)?.millis).toBe(2_000)
  })

  it("include the longest with which some attempts fit into the objective", () => {
    // two attempts and a pause of 69 ms within a second, three and pauses of 207 ms
    const fitting = factsFor().timeouts.filter(({ p }) => ![0.95, 0.99, 0.995, 0.999, 0.9995].includes(p))
    expect(fitting.map(({ millis }) => millis)).toEqual([129, 264, 465])
  })
})

describe("arithmetic rules out", () => {
  it("retries and copies of what must not run twice", () => {
    expect(against({ attempts: 2, budget: 0.1 })).toBeUndefined()
    expect(against({ attempts: 2, budget: 0.1 }, { idempotent: false })).toContain("not idempotent")
    expect(against({ attempts: 1, hedgeAfter: 300 }, { amplification: 2 })).toBeUndefined()
    expect(against({ attempts: 1, hedgeAfter: 300 }, { amplification: 2, idempotent: false })).toContain(
      "a copy".slice(2)
    )
  })

  it("more attempts than allowed when all fail, but for a budget", () => {
    expect(against({ attempts: 3 })).toContain("3 attempts, for 1.2 attempts at most")
    expect(against({ attempts: 3, budget: 0.2 })).toBeUndefined()
    expect(against({ attempts: 3, budget: 0.21 })).toContain("1.21 attempts")
    expect(against({ attempts: 1, hedgeAfter: 300 })).toContain("2 attempts, for 1.2 attempts at most")
  })

  it("attempts for which the upstream has no places", () => {
    expect(against({ attempts: 2 }, { amplification: 3 })).toBeUndefined()
    expect(against({ attempts: 3 }, { amplification: 3 })).toContain("need 12 places; it has 10")
    expect(against({ attempts: 1, hedgeAfter: 300 }, { amplification: 2, rate: 60 })).toContain("need 12 places")
    expect(against({ attempts: 1 }, { rate: 100 })).toContain("grows without end")
    expect(against({ attempts: 1, limit: 10 }, { rate: 100 })).toBeUndefined()
    expect(against({ attempts: 1 }, { rate: 100, queue: { limit: 20 } })).toBeUndefined()
  })

  it("attempts that with their pauses do not fit into the objective", () => {
    expect(against({ attempts: 2, attemptTimeout: 465, budget: 0.1 })).toBeUndefined()
    expect(against({ attempts: 2, attemptTimeout: 466, budget: 0.1 })).toContain("take 1001 ms")
    expect(against({ attempts: 1, attemptTimeout: 1_000 })).toContain("total timeout is enough")
  })

  it("timeouts that end too many healthy attempts", () => {
    expect(against({ attempts: 1, attemptTimeout: 691 }, { falseTimeouts: 0.001 })).toBeUndefined()
    expect(against({ attempts: 1, attemptTimeout: 530 }, { falseTimeouts: 0.001 })).toContain(
      "0.5 % of healthy attempts"
    )
  })
})

describe("the space of policies", () => {
  it("has copies and every number of attempts, and neighbours one step away", () => {
    const space = spaceOf(factsFor({ amplification: 2 }))
    expect(shapesOfAttempts(space)).toContainEqual({ attempts: 1, hedgeAfter: 300 })
    const beside = neighbours({ attempts: 2, attemptTimeout: 465, budget: 0.75, limit: 10, queue: 20 }, space)
    expect(beside.map(({ limit }) => limit)).toEqual(expect.arrayContaining([9, 11, 8, 13]))
    expect(beside.map(({ queue }) => queue)).toEqual(expect.arrayContaining([19, 21, 15, 25]))
    expect(beside.map(({ attempts }) => attempts)).toEqual(expect.arrayContaining([1, 3]))
    expect(beside.map(({ attemptTimeout }) => attemptTimeout)).toEqual(expect.arrayContaining([461, 530]))
  })

  it("bounds concurrency by Little's law and three standard deviations", () => {
    expect(littleLimit(factsFor())).toBe(10)
    expect(littleLimit(factsFor({ rate: 90 }))).toBe(18)
  })
})

describe("the queue of theory", () => {
  it("is 4 for M/M/1 with 15 arrivals a second, 100 ms and a deadline of 1 s", () => {
    expect(bestQueue({ rate: 0.015, places: 1, mean: 100 }, 1_000, 10)).toBe(4)
  })

  it("without a bound gives the share of M/M/c that is done in time", () => {
    const crowd = { rate: 0.08, places: 10, mean: 100 }
    const unbounded = inTimeByQueue(crowd, 300, 200).at(-1) ?? 0
    expect(unbounded).toBeCloseTo(1 - tail({ servers: 10, rate: 80, mean: 0.1 }, 0.3), 4)
  })
})

describe("the variation of the service", () => {
  it("is 0 where constant, and 1 where exponential", () => {
    expect(factsFor({ upstream: { service: { kind: "constant", value: "1 second" } } }).variation).toBe(0)
    expect(factsFor().variation).toBeCloseTo(1)
    const lognormal = { kind: "lognormal", median: "50 millis", sigma: 1 } as const
    expect(factsFor({ upstream: { service: lognormal } }).variation).toBeCloseTo(Math.E - 1)
  })
})
