import { describe, expect, it } from "@effect/vitest"
import { RetryBudget } from "../../src/policy/RetryBudget.ts"

const times = (count: number, act: () => unknown) => Array.from({ length: count }, act)

describe("RetryBudget", () => {
  it("begins with its burst, and never holds more", () => {
    const budget = new RetryBudget({ ratio: 0.5, burst: 2 })
    times(10, () => budget.onRequest())
    expect(times(3, () => budget.take())).toEqual([true, true, false])
  })

  it("gives one retry for ten requests at a ratio of 0.1, and none for nine", () => {
    const budget = new RetryBudget({ ratio: 0.1, burst: 1 })
    expect(budget.take()).toBe(true)
    times(9, () => budget.onRequest())
    expect(budget.take()).toBe(false)
    budget.onRequest()
    expect(budget.take()).toBe(true)
    expect(budget.take()).toBe(false)
  })

  it("counts successes instead of requests where told so", () => {
    const budget = new RetryBudget({ ratio: 1, burst: 1, per: "success" })
    expect(budget.take()).toBe(true)
    budget.onRequest()
    expect(budget.take()).toBe(false)
    budget.onSuccess()
    expect(budget.balance).toBe(1)
    expect(budget.take()).toBe(true)
  })

  it("has a burst of 10 unless told otherwise, and allows no retry with a burst of 0", () => {
    expect(new RetryBudget({ ratio: 0.1 }).balance).toBe(10)
    const none = new RetryBudget({ ratio: 10, burst: 0 })
    none.onRequest()
    expect(none.take()).toBe(false)
  })
})
