import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { oracles } from "../../scripts/oracles/catalogue.ts"
import { isMet } from "../../scripts/oracles/Oracle.ts"
import { Scenario } from "../../src/simulation/Scenario.ts"
import { simulate } from "../../src/simulation/simulate.ts"

describe("figures of simulations and theory", () => {
  it.effect.each(oracles)("$name: $source", ({ compare, requests, scenario }) =>
    Effect.gen(function*() {
      const model = yield* Schema.decode(Scenario)(scenario(requests.test))
      const result = yield* simulate(model, { seed: 1 })
      expect(compare(result).filter((comparison) => !isMet(comparison))).toEqual([])
    }), 60_000)
})
