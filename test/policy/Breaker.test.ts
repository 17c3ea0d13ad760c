import { describe, expect, it } from "@effect/vitest"
import { Duration } from "effect"
import { Breaker, type Verdict } from "../../src/policy/Breaker.ts"

const make = (parts: { readonly probes?: number } = {}) =>
  new Breaker({ failures: 3, openFor: Duration.seconds(5), ...parts })

/** Ends attempts at a time, one after the other; returns how many were let through. */
const attempts = (breaker: Breaker, now: number, verdicts: ReadonlyArray<Verdict>) =>
  verdicts.filter((verdict) => {
    const pass = breaker.enter(now)
    if (pass !== undefined) breaker.leave(pass, verdict, now)
    return pass !== undefined
  }).length

describe("Breaker", () => {
  it("opens after so many consecutive failures, and not while a success lies between", () => {
    const breaker = make()
    expect(attempts(breaker, 0, ["failure", "failure", "success", "failure", "failure"])).toBe(5)
    expect(breaker.state(0)).toBe("closed")
    expect(attempts(breaker, 0, ["failure", "success"])).toBe(1)
    expect(breaker.state(0)).toBe("open")
    expect(breaker.opened).toBe(1)
  })

  it("stays open up to openFor, then lets one probe through", () => {
    const breaker = make()
    attempts(breaker, 0, ["failure", "failure", "failure"])
    expect(breaker.remaining(4_999)).toBe(1)
    expect(breaker.enter(4_999)).toBeUndefined()
    const probe = breaker.enter(5_000)
    expect(probe?.isProbe).toBe(true)
    expect(breaker.enter(5_000)).toBeUndefined()
  })

  it("closes with the first probe that succeeds, and opens again with one that fails", () => {
    const breaker = make()
    attempts(breaker, 0, ["failure", "failure", "failure"])
    expect(attempts(breaker, 5_000, ["failure", "success"])).toBe(1)
    expect(breaker.remaining(5_000)).toBe(5_000)
    expect(attempts(breaker, 10_000, ["success", "failure", "failure"])).toBe(3)
    expect(breaker.state(10_000)).toBe("closed")
  })

  it("lets as many probes run at a time as told, and gives the place of an interrupted one back", () => {
    const breaker = make({ probes: 2 })
    attempts(breaker, 0, ["failure", "failure", "failure"])
    const [one, two] = [breaker.enter(5_000), breaker.enter(5_000)]
    expect(breaker.enter(5_000)).toBeUndefined()
    if (one === undefined || two === undefined) return expect.fail("no probe")
    breaker.leave(one, "unknown", 5_000)
    expect(breaker.enter(5_000)?.isProbe).toBe(true)
  })

  it("learns nothing from an attempt that began before it opened", () => {
    const breaker = make()
    const late = breaker.enter(0)
    attempts(breaker, 0, ["failure", "failure", "failure"])
    if (late === undefined) return expect.fail("no pass")
    breaker.leave(late, "success", 1_000)
    expect(breaker.state(1_000)).toBe("open")
  })
})
