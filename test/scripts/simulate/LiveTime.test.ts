import { describe, expect, it } from "@effect/vitest"
import { Effect, Runtime, Schema } from "effect"
import { LiveTime } from "../../../scripts/simulate/live/LiveTime.ts"
import * as Arrivals from "../../../src/simulation/Arrivals.ts"
import { ModelledUpstream } from "../../../src/simulation/ModelledUpstream.ts"
import { Samples } from "../../../src/simulation/Samples.ts"
import { Scenario } from "../../../src/simulation/Scenario.ts"
import { simulate } from "../../../src/simulation/simulate.ts"
import { Trace } from "../../../src/simulation/Trace.ts"
import { VirtualClock } from "../../../src/simulation/VirtualClock.ts"

const millis = (count: number) => count * 1_000_000

/** A host in virtual time whose timers are late by so many milliseconds. */
const lateHost = (late: number) => {
  const clock = new VirtualClock()
  const host = {
    now: () => clock.now,
    after: (delay: number, fire: () => void) => clock.after(delay + late, fire)
  }
  return { clock, host }
}

const toTheEnd = (clock: VirtualClock) => {
  while (clock.wakeNext());
}

describe("LiveTime", () => {
  it.effect("late timers of the host change nothing in the run of a model", () =>
    Effect.gen(function*() {
      const scenario = yield* Schema.decode(Scenario)({
        requests: 500,
        arrivals: { kind: "poisson", rate: 80 },
        upstream: { servers: 10, service: { kind: "exponential", mean: "100 millis" }, queue: { limit: 5 } },
        policy: {}
      })
      const runCallback = Runtime.runCallback(yield* Effect.runtime<never>())
      const { clock, host } = lateHost(3)
      const time = new LiveTime(host)
      const samples = new Samples(() => time.now, new Trace(), 0)
      const upstream = new ModelledUpstream(scenario.upstream, 1, time, samples)
      Arrivals.begin(scenario, 1, time, {
        count: () => samples.requests,
        arrive: () => runCallback(upstream.call(samples.arrive(), 1))
      })
      toTheEnd(clock)
      expect(samples.trace.hash).toBe((yield* simulate(scenario, { seed: 1 })).trace)
      expect(Math.min(...time.lateness)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...time.lateness)).toBe(millis(3))
    }))

  it("an event from outside meets what was due before it, and nothing that is due later", () => {
    const { clock, host } = lateHost(3)
    const time = new LiveTime(host)
    const fired: Array<string> = []
    time.at(millis(10), () => fired.push(`ten at ${time.now / millis(1)}`))
    time.at(millis(20), () => fired.push("twenty"))
    clock.after(11, () => {
      time.catchUp()
      fired.push(`event at ${time.now / millis(1)}`)
    })
    toTheEnd(clock)
    expect(fired).toEqual(["ten at 10", "event at 11", "twenty"])
  })

  it("the end of a canceled timer is not awaited, and the last one that fires ends the run", () => {
    const { clock, host } = lateHost(0)
    const idle: Array<number> = []
    const time = new LiveTime(host, () => idle.push(clock.now / millis(1)))
    time.at(millis(10), () => time.at(millis(15), () => undefined))
    time.cancel(time.at(millis(30), () => undefined))
    expect(time.isIdle).toBe(false)
    toTheEnd(clock)
    expect(idle).toEqual([15])
    expect(time.isIdle).toBe(true)
  })
})
