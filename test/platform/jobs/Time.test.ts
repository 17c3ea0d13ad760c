import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Ref, Schema } from "effect"
import * as Job from "../../../src/platform/jobs/Job.ts"
import * as TestJobs from "../../support/Jobs.ts"
import { activity, moments, refused, states, Task } from "./tasks.ts"

describe("time", () => {
  it.scoped("a delayed job begins when it is due, and not before", () =>
    Effect.gen(function*() {
      const { note, seen } = yield* moments
      const kind = Job.kind(Task, [activity("step", () => note)])
      const { jobs } = yield* TestJobs.make([kind])
      const { id } = yield* jobs.enqueue(Task, { n: 1 }, Duration.seconds(5))
      yield* TestJobs.pass("4999 millis")
      expect(yield* seen).toEqual([])
      expect((yield* jobs.get(id)).state).toBe("waiting")
      // the engine looks for due jobs once a second
      yield* TestJobs.pass("1001 millis")
      expect(yield* seen).toHaveLength(1)
      expect((yield* jobs.get(id)).state).toBe("succeeded")
    }))

  it.scoped("a recurring job has exactly one successor, even after a failure, a cancellation or a retry", () =>
    Effect.gen(function*() {
      const ran = yield* Ref.make(0)
      const Recurring = Job.type("recurring", Schema.Struct({}))
      const kind = Job.kind(
        Recurring,
        [{ name: "step", policy: "upstream", run: () => Effect.zipRight(Ref.update(ran, (n) => n + 1), refused) }],
        { every: Duration.seconds(3) }
      )
      const { jobs, writer: sql } = yield* TestJobs.make([kind])
      yield* TestJobs.settled
      expect(yield* states(jobs)).toEqual(["waiting"])
      yield* TestJobs.pass("4 seconds")
      expect(yield* Ref.get(ran)).toBe(1)
      expect(yield* states(jobs)).toEqual(["waiting", "failed"])
      yield* jobs.cancel(Job.JobId.make(2))
      expect(yield* states(jobs)).toEqual(["waiting", "cancelled", "failed"])
      yield* TestJobs.pass("4 seconds")
      expect(yield* Ref.get(ran)).toBe(2)
      expect(yield* states(jobs)).toEqual(["waiting", "failed", "cancelled", "failed"])
      yield* jobs.retry(Job.JobId.make(3))
      yield* TestJobs.settled
      expect(yield* Ref.get(ran)).toBe(3)
      expect(yield* states(jobs)).toEqual(["waiting", "failed", "cancelled", "failed"])
      // each job is a run of its own, not a part of the run before it
      expect(yield* sql`SELECT id FROM cluster_messages WHERE tag = 'resume' OR payload LIKE '%parent%'`).toEqual([])
    }))

  it.scoped("retention removes only expired jobs, with all their rows of the engine", () =>
    Effect.gen(function*() {
      const kind = Job.kind(Task, [
        activity("step", ({ n }) => n === 0 ? refused : n === 1 ? Effect.void : Effect.never)
      ])
      const options = { jobRetention: Duration.seconds(3), deadLetterRetention: Duration.seconds(6) }
      const { jobs, removeOutdated, writer: sql } = yield* TestJobs.make([kind], options)
      const left = Effect.map(states(jobs), (all) => all.toSorted())
      for (const n of [0, 1, 2]) yield* jobs.enqueue(Task, { n })
      yield* TestJobs.settled
      expect(yield* left).toEqual(["failed", "running", "succeeded"])
      yield* TestJobs.pass("3 seconds")
      expect(yield* removeOutdated).toBe(0)
      yield* TestJobs.pass("1 millis")
      expect(yield* removeOutdated).toBe(1)
      expect(yield* left).toEqual(["failed", "running"])
      yield* TestJobs.pass("3 seconds")
      expect(yield* removeOutdated).toBe(1)
      expect(yield* left).toEqual(["running"])
      const [rows] = yield* sql`SELECT
        (SELECT COUNT(*) FROM job_attempts) AS attempts,
        (SELECT COUNT(DISTINCT entity_id) FROM cluster_messages) AS runs`
      expect(rows).toEqual({ attempts: 1, runs: 1 })
    }))

  it.scoped("retention leaves a job that is being retried", () =>
    Effect.gen(function*() {
      const kind = Job.kind(Task, [activity("step", () => refused)])
      const { jobs, removeOutdated } = yield* TestJobs.make([kind], { deadLetterRetention: Duration.seconds(6) })
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.pass("7 seconds")
      const [retried] = yield* Effect.all([jobs.retry(id), removeOutdated], { concurrency: 2 })
      expect(retried).toMatchObject({ state: "waiting", run: 2 })
      yield* TestJobs.settled
      expect(yield* jobs.get(id)).toMatchObject({ state: "failed", run: 2 })
    }))
})
