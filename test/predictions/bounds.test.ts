import { describe, expect, it } from "@effect/vitest"
import { Duration } from "effect"
import { expectedOf, refusalOf } from "../../src/predictions/bounds.ts"
import type { Arrivals, Scenario } from "../../src/simulation/Scenario.ts"
import { OutOfBounds } from "../../src/simulation/simulate.ts"

const second = 1_000_000_000

const of = (arrivals: Arrivals, more: Pick<Scenario, "requests" | "duration"> = {}): Scenario => ({
  arrivals,
  upstream: { service: { kind: "constant", value: 0 } },
  policy: {},
  ...more
})

describe("the requests that a scenario gives", () => {
  it.each<[number | undefined, Scenario]>([
    [20, of({ kind: "poisson", rate: 10 }, { duration: 2 * second })],
    [7, of({ kind: "poisson", rate: 10 }, { duration: 2 * second, requests: 7 })],
    [7, of({ kind: "regular", rate: 10 }, { requests: 7 })],
    [25, of({ kind: "regular", phases: [{ for: second, rate: 5 }, { for: second, rate: 20 }] })],
    [
      15,
      of({ kind: "regular", phases: [{ for: second, rate: 5 }, { for: second, rate: 20 }] }, {
        duration: 1.5 * second
      })
    ],
    [9, of({ kind: "burst", clients: 9 })],
    [4, of({ kind: "burst", clients: 9 }, { requests: 4 })],
    [undefined, of({ kind: "closed", clients: 2, think: { kind: "constant", value: 0 } }, { duration: second })],
    [8, of({ kind: "closed", clients: 2, think: { kind: "constant", value: 0 } }, { duration: second, requests: 8 })]
  ])("are %s", (expected, scenario) => {
    expect(expectedOf(scenario)).toBe(expected)
  })
})

it("says how a run passed its bound in both languages", () => {
  const passed = new OutOfBounds({ bound: "attempts at the upstream", after: Duration.millis(1_500) })
  const refusal = refusalOf(passed, of({ kind: "poisson", rate: 10 }), 100, 1)
  expect(refusal.errors).toEqual([{
    loc: ["body", "upstream", "queue"],
    msg: {
      fr:
        "laisse plus de 200000 essais au service amont après 1,5 s de temps virtuel : borner la file, ou baisser le débit",
      en:
        "leaves more than 200000 attempts at the upstream after 1.5 s of virtual time: bound the queue, or lower the rate"
    },
    type: "value_error"
  }])
})
