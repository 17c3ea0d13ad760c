import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { liveRuns } from "../../scripts/truths/liveRuns.ts"
import { serverRuns } from "../../scripts/truths/serverRuns.ts"
import { table } from "../../scripts/truths/table.ts"
import { holds, type Truth } from "../../scripts/truths/Truth.ts"
import { virtualRuns } from "../../scripts/truths/virtualRuns.ts"

const runsOf = (truths: ReadonlyArray<Truth>) => [...new Set(truths.map(({ run }) => run))]

const contradicted = (truths: ReadonlyArray<Truth>) => table(truths.filter((truth) => !holds(truth))).slice(1)

describe("figures of timelines equal those taken without them", () => {
  it.live("in virtual time", () =>
    Effect.gen(function*() {
      const truths = yield* virtualRuns
      expect(runsOf(truths)).toEqual(["sequential", "parallel", "safe calls with timeout", "retry", "semaphore"])
      expect(contradicted(truths)).toEqual([])
    }))

  it.live("on the database, a thread and the event loop", () =>
    Effect.gen(function*() {
      const truths = yield* liveRuns
      expect(runsOf(truths)).toEqual(["transfer in a group", "CPU pool", "stalled loop"])
      expect(contradicted(truths)).toEqual([])
    }), 60_000)

  it.live("through the server", () =>
    Effect.gen(function*() {
      const truths = yield* serverRuns
      expect(runsOf(truths)).toEqual([
        "sequential, HTTP",
        "parallel, HTTP",
        "safe calls with timeout, HTTP",
        "retry, HTTP",
        "permits, HTTP",
        "CPU pool, HTTP",
        "transfers in a group, HTTP",
        "stalled loop, HTTP",
        "job",
        "chat message"
      ])
      expect(contradicted(truths)).toEqual([])
    }), 60_000)
})
