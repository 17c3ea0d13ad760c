import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { recordRequest } from "../../src/predictions/recordRequest.ts"
import { Run } from "../../src/simulation/Run.ts"
import type { Scenario } from "../../src/simulation/Scenario.ts"
import { simulate } from "../../src/simulation/simulate.ts"
import { violations } from "../../src/timeline/conservation.ts"

const millis = 1_000_000

const scenario: Scenario = {
  requests: 20,
  arrivals: { kind: "regular", rate: 10 },
  upstream: {
    service: { kind: "constant", value: 80 * millis },
    faults: [{ from: 0, to: 1_000 * millis, failure: 1 }]
  },
  policy: {
    timeout: Duration.millis(400),
    attemptTimeout: Duration.millis(200),
    retry: { attempts: 3, backoff: { kind: "constant", base: Duration.millis(100) } }
  }
}

describe("a recorded request", () => {
  it("has its attempts and pauses in virtual time, from its arrival", () => {
    const recorded = recordRequest(scenario, 1, 5)
    if (!("timeline" in recorded)) throw new Error("no timeline")
    const { timeline } = recorded
    expect(timeline).toMatchObject({
      version: "barista.timeline/1",
      name: "request 5",
      clock: "virtual",
      started_at: "1970-01-01T00:00:00.500Z",
      duration_ns: 400 * millis,
      outcome: "failure",
      fibers: [{ name: "request 5", from: 0, to: 400 * millis, outcome: "failure" }]
    })
    expect(timeline.events.map(({ at, kind, value }) => [at / millis, kind, value])).toEqual([
      [0, "attempt", 1],
      [80, "pause", 100],
      [180, "attempt", 2],
      [260, "pause", 100],
      [360, "attempt", 3],
      [400, "timeout", 400]
    ])
    expect(timeline.slices.map(({ from, reason, to }) => [from / millis, to / millis, reason])).toEqual([
      [0, 80, { kind: "upstream", url: "modelled upstream", attempt: 1 }],
      [80, 180, { kind: "pause", milliseconds: 100 }],
      [180, 260, { kind: "upstream", url: "modelled upstream", attempt: 2 }],
      [260, 360, { kind: "pause", milliseconds: 100 }],
      [360, 400, { kind: "upstream", url: "modelled upstream", attempt: 3 }]
    ])
    expect(violations(timeline)).toEqual([])
  })

  it.effect("leaves the course of the run as it is", () =>
    Effect.gen(function*() {
      const { trace } = yield* simulate(scenario, { seed: 3 })
      let recordings = 0
      const run = new Run(scenario, 3, {
        fork: () => {
          recordings++
          return undefined
        }
      })
      while (!run.advance(100)) continue
      expect([run.samples.trace.hash, recordings]).toEqual([trace, 20])
      const jittered: Scenario = {
        ...scenario,
        policy: { retry: { attempts: 3, backoff: { kind: "constant", base: Duration.millis(100) }, jitter: "full" } }
      }
      const pauses = (request: number) => {
        const recorded = recordRequest(jittered, 3, request)
        return "timeline" in recorded
          ? recorded.timeline.events.flatMap(({ kind, value }) => kind === "pause" ? [value] : [])
          : []
      }
      // the recorded fiber draws its own luck, the same each time and another one for each request
      expect(pauses(2)).toHaveLength(2)
      expect(pauses(2)).toEqual(pauses(2))
      expect(pauses(2)).not.toEqual(pauses(3))
    }))

  it("does not exist beyond the last one", () => {
    expect(recordRequest(scenario, 1, 20)).toEqual({ requests: 20 })
  })
})
