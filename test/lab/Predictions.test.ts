import { describe, expect, it as plainIt, layer } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import type { Asked } from "../../src/lab/Api.ts"
import { catalogue } from "../../src/lab/Catalogue.ts"
import { Lab } from "../../src/lab/Lab.ts"
import { Recorder } from "../../src/platform/recorder/Recorder.ts"
import type { Timeline } from "../../src/timeline/Timeline.ts"
import * as TestLab from "../support/lab.ts"

const live = { excludeTestServices: true } as const

const predict = (asked: Asked) => Effect.flatMap(Lab, ({ predict }) => predict(asked))

/** The failure of a prediction. Drops the timeline of one that succeeds: a test that fails by it would print all. */
const refusal = (asked: Asked) => Effect.flip(Effect.asVoid(predict(asked)))

/**
 * The parts of a run that take no time: fibers in their order, each with its spans and its moments, and the outcomes.
 * Leaves out the insides of the HTTP client, which no prediction has.
 */
const exactParts = ({ events, fibers, outcome, spans }: Timeline) => {
  const isOwn = ({ from, id, name, parent }: Timeline["fibers"][number]) =>
    name !== `#${id}` ||
    !spans.some((span) => span.name === "Upstream.get" && span.fiber === parent && span.from <= from && from <= span.to)
  const own = fibers.filter(isOwn)
  return {
    outcome,
    fibers: own.map(({ id, name, outcome, parent }) => ({
      name: name === `#${id}` ? "" : name,
      parent: own.findIndex((other) => other.id === parent),
      outcome,
      spans: spans.filter(({ fiber, name }) => fiber === id && name !== "http.client GET")
        .map(({ name, outcome, path, status }) => [name, path, status, outcome]),
      events: events.filter(({ fiber }) => fiber === id)
        .map(({ kind, policy, reason, value }) => [kind, value, policy, reason])
    }))
  }
}

/** Knobs with waits that lie far enough apart for a busy machine, and failures of which one comes first. */
const knobs: Partial<Readonly<Record<Asked["chapter"], Asked["knobs"]>>> = {
  blocking: { tasks: 3, latency: 20 },
  tasks: { tasks: 3, latency: 20 },
  client: { tasks: 3, latency: 20 },
  parallel: { tasks: 3, latency: 20 },
  timeouts: { tasks: 4, latency: 100, slow: 50, timeout: 800 },
  errors: { tasks: 4, latency: 800, failures: 25 },
  retry: { tasks: 2, succeed_on: 3 }
}

layer(TestLab.layer(), live)("a prediction", (it) => {
  for (const { isPredictable, name: chapter } of catalogue) {
    if (!isPredictable) continue
    for (const way of ["wrong", "right"] as const) {
      it.effect(`tells what ${chapter}, ${way} does, in which order, and how it ends`, () =>
        Effect.gen(function*() {
          const asked = { chapter, way, knobs: knobs[chapter] ?? {} }
          const predicted = yield* predict(asked)
          const { id } = yield* TestLab.ended(asked)
          const measured = yield* Effect.flatMap(Recorder, ({ get }) => get(id))
          expect(exactParts(predicted)).toEqual(exactParts(measured))
        }))
    }
  }

  it.effect("takes the time of its waits, exactly, and the same one again", () =>
    Effect.gen(function*() {
      const lasts = (chapter: Asked["chapter"], way: Asked["way"], knobs: Asked["knobs"]) =>
        Effect.map(predict({ chapter, way, knobs }), ({ clock, duration_ns }) => [clock, duration_ns / 1e6])
      expect(yield* lasts("parallel", "wrong", { tasks: 5, latency: 200 })).toEqual(["virtual", 1_000])
      expect(yield* lasts("parallel", "right", { tasks: 5, latency: 200 })).toEqual(["virtual", 200])
      expect(yield* lasts("blocking", "wrong", { tasks: 20, latency: 1_000 })).toEqual(["virtual", 20_000])
      for (const timeout of [399, 400, 401]) {
        expect(yield* lasts("timeouts", "right", { timeout })).toEqual(["virtual", timeout])
      }
      const backoff = { kind: "exponential", base: Duration.millis(100) } as const
      const asked = {
        chapter: "retry",
        way: "right",
        knobs: { policy: { retry: { attempts: 3, backoff, jitter: "full" } } }
      } as const
      const [one, other] = yield* Effect.all([predict(asked), predict(asked)], { concurrency: 1 })
      expect(other.duration_ns).toBe(one.duration_ns)
      expect(exactParts(other)).toEqual(exactParts(one))
    }))

  it.effect("is refused where the work does not depend on the clock alone, or a knob is none of the chapter", () =>
    Effect.gen(function*() {
      for (const { isPredictable, name: chapter } of catalogue) {
        if (isPredictable) continue
        const refused = yield* refusal({ chapter, way: "right", knobs: {} })
        expect(refused).toMatchObject({ _tag: "NotPredictable", chapter })
      }
      const asked = { chapter: "parallel", way: "right", knobs: { tasks: 21 } } as const
      expect(yield* refusal(asked)).toMatchObject({ _tag: "InvalidInput" })
    }))
})

describe("predictions", () => {
  const asked = { chapter: "retry", way: "right", knobs: {} } as const

  plainIt.live("end when experiments do", () =>
    Effect.gen(function*() {
      const { duration_ns, outcome } = yield* predict({ chapter: "blocking", way: "right", knobs: { latency: 300 } })
      expect([outcome, duration_ns / 1e6]).toEqual(["interrupted", 50])
    }).pipe(Effect.provide(TestLab.layer({ labTimeout: Duration.millis(50) }))))

  plainIt.live("are refused while others take all places, and give their places back", () =>
    Effect.gen(function*() {
      const running = yield* Effect.fork(predict(asked))
      yield* Effect.yieldNow()
      expect(yield* refusal(asked)).toMatchObject({
        _tag: "Overloaded",
        what: { name: "predictions" },
        retry_after: 1
      })
      yield* Fiber.join(running)
      yield* Fiber.interrupt(yield* Effect.fork(predict(asked)))
      yield* predict(asked)
    }).pipe(Effect.provide(TestLab.layer({ labExperiments: 1 }))))
})
