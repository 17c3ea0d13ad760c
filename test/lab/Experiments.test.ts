import { expect, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import type { Asked, Experiment } from "../../src/lab/Api.ts"
import { Recorder } from "../../src/platform/recorder/Recorder.ts"
import * as TestLab from "../support/lab.ts"

const live = { excludeTestServices: true } as const

/** Runs both ways of a chapter with the same knobs. */
const both = (chapter: Asked["chapter"], knobs: Asked["knobs"]) =>
  Effect.all({
    wrong: TestLab.ended({ chapter, way: "wrong", knobs }),
    right: TestLab.ended({ chapter, way: "right", knobs })
  }, { concurrency: 1 })

const tasksOf = ({ figures: { tasks } }: Experiment) => [tasks.asked, tasks.succeeded, tasks.failed]
const atOnce = ({ figures: { upstream } }: Experiment) => upstream?.most_at_once
const callsOf = ({ figures: { upstream } }: Experiment) => upstream?.calls

layer(TestLab.layer(), live)("the chapters of the Lab", (it) => {
  it.effect("blocking: one caller at a time, or all", () =>
    Effect.gen(function*() {
      const { right, wrong } = yield* both("blocking", { tasks: 3, latency: 20 })
      expect([wrong.figures.concurrency, right.figures.concurrency]).toEqual([1, 3])
      expect([tasksOf(wrong), tasksOf(right)]).toEqual([[3, 3, 0], [3, 3, 0]])
      expect(wrong.figures.wall_ms).toBeGreaterThanOrEqual(60)
      expect(wrong.figures.loop_delay_ms.sacrificial).toBeGreaterThanOrEqual(20)
      expect(right.figures.loop_delay_ms.sacrificial).toBeNull()
    }))

  it.effect("tasks: one after the other, or at once", () =>
    Effect.gen(function*() {
      const { right, wrong } = yield* both("tasks", { tasks: 4, latency: 20 })
      expect([wrong.figures.concurrency, right.figures.concurrency]).toEqual([1, 4])
      expect(wrong.figures.loop_delay_ms.sacrificial).toBeGreaterThanOrEqual(80)
    }))

  it.effect("client: the upstream sees one call at a time, or all", () =>
    Effect.gen(function*() {
      const { right, wrong } = yield* both("client", { tasks: 3, latency: 300 })
      expect([atOnce(wrong), atOnce(right)]).toEqual([1, 3])
      expect([callsOf(wrong), callsOf(right)]).toEqual([3, 3])
      expect([wrong.figures.concurrency, right.figures.concurrency]).toEqual([1, 3])
      expect(wrong.figures.loop_delay_ms.sacrificial).toBeGreaterThanOrEqual(50)
    }))

  it.effect("parallel: calls in sequence, or all in flight", () =>
    Effect.gen(function*() {
      const { right, wrong } = yield* both("parallel", { tasks: 3, latency: 300 })
      expect([atOnce(wrong), atOnce(right)]).toEqual([1, 3])
      expect([wrong.figures.concurrency, right.figures.concurrency]).toEqual([1, 3])
      expect(wrong.figures.wall_ms).toBeGreaterThanOrEqual(900)
    }))

  it.effect("timeouts: all wait for the slowest, or the slow ones time out", () =>
    Effect.gen(function*() {
      const { right, wrong } = yield* both("timeouts", { tasks: 4, latency: 250, slow: 50, timeout: 1_250 })
      expect([tasksOf(wrong), tasksOf(right)]).toEqual([[4, 4, 0], [4, 2, 2]])
      expect(wrong.figures.wall_ms).toBeGreaterThanOrEqual(2_500)
    }))

  it.effect("errors: everything is lost, or partial results remain", () =>
    Effect.gen(function*() {
      const { right, wrong } = yield* both("errors", { tasks: 4, latency: 200, failures: 50 })
      expect([tasksOf(wrong), tasksOf(right)]).toEqual([[4, 0, 1], [4, 2, 2]])
      expect([wrong.outcome, wrong.failure, right.outcome]).toEqual(["failure", "UpstreamFailed", "success"])
    }))

  it.effect("retry: a single attempt, or as many as the policy allows", () =>
    Effect.gen(function*() {
      const policy = { retry: { attempts: 3, backoff: { kind: "constant", base: Duration.millis(1) } } } as const
      const { right, wrong } = yield* both("retry", { tasks: 2, succeed_on: 3, policy })
      expect([tasksOf(wrong), tasksOf(right)]).toEqual([[2, 0, 2], [2, 2, 0]])
      expect([callsOf(wrong), callsOf(right)]).toEqual([2, 6])
      const { right: inVain } = yield* both("retry", { tasks: 1, succeed_on: 4, policy })
      expect([tasksOf(inVain), callsOf(inVain)]).toEqual([[1, 0, 1], 3])
    }))

  it.effect("semaphore: the excess is refused, or waits", () =>
    Effect.gen(function*() {
      const { right, wrong } = yield* both("semaphore", { tasks: 12, permits: 3, work: 5, disk: 50 })
      expect([tasksOf(wrong), tasksOf(right)]).toEqual([[12, 4, 8], [12, 12, 0]])
      expect(right.figures.concurrency).toBeLessThanOrEqual(3)
    }))

  it.effect("transfer: calls hold the database, or run at once", () =>
    Effect.gen(function*() {
      const { right, wrong } = yield* both("transfer", { tasks: 3, latency: 300, disk: 10 })
      expect([tasksOf(wrong), tasksOf(right)]).toEqual([[3, 3, 0], [3, 3, 0]])
      expect([atOnce(wrong), atOnce(right)]).toEqual([1, 3])
      expect(wrong.figures.wall_ms).toBeGreaterThanOrEqual(900)
      expect(right.figures.commits).toBeGreaterThanOrEqual(1)
    }))

  it.effect("cpu: one computation at a time, or two", () =>
    Effect.gen(function*() {
      const { right, wrong } = yield* both("cpu", { tasks: 3, work: 10 })
      expect([wrong.figures.concurrency, right.figures.concurrency]).toEqual([1, 2])
      expect(wrong.figures.loop_delay_ms.sacrificial).toBeGreaterThan(0)
      expect(right.figures.loop_delay_ms.sacrificial).toBeNull()
    }))

  it.effect("jobs: the answer waits for the job, or leaves before it", () =>
    Effect.gen(function*() {
      const { right, wrong } = yield* both("jobs", { tasks: 2, latency: 300 })
      expect([tasksOf(wrong), tasksOf(right)]).toEqual([[2, 2, 0], [2, 2, 0]])
      expect(wrong.figures.answered_ms).toBeGreaterThanOrEqual(300)
      expect(right.figures.answered_ms).toBeLessThan(right.figures.wall_ms)
      const recorder = yield* Recorder
      for (const { id } of [wrong, right]) {
        const { spans } = yield* recorder.get(id)
        expect(spans.filter(({ name }) => name === "Background.createProfile")).toHaveLength(2)
      }
    }))
})
