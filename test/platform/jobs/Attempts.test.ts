import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Ref } from "effect"
import * as Job from "../../../src/platform/jobs/Job.ts"
import { JobStateConflict } from "../../../src/platform/jobs/record/JobProblems.ts"
import * as TestJobs from "../../support/Jobs.ts"
import { activity, flaky, handbookRetry, moments, refused, Task } from "./tasks.ts"

describe("a job", () => {
  it.scoped("is retried after transient errors at 0, 1 and 3 seconds", () =>
    Effect.gen(function*() {
      const { kind, seen } = yield* flaky(3)
      const { jobs } = yield* TestJobs.make([kind], {}, handbookRetry)
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.pass("999 millis")
      expect(yield* seen).toEqual([0])
      yield* TestJobs.pass("1 millis")
      expect(yield* seen).toEqual([0, 1000])
      yield* TestJobs.pass("1999 millis")
      expect(yield* seen).toEqual([0, 1000])
      yield* TestJobs.pass("1 millis")
      expect(yield* seen).toEqual([0, 1000, 3000])
      const done = yield* jobs.get(id)
      expect(done.state).toBe("succeeded")
      expect(done.activities[0]?.attempts).toMatchObject([
        { attempt: 1, outcome: "failed", error: "451 try later" },
        { attempt: 2, outcome: "failed", error: "451 try later" },
        { attempt: 3, outcome: "succeeded", error: null }
      ])
    }))

  it.scoped("that exhausts its attempts is a dead letter with its cause, and can be retried", () =>
    Effect.gen(function*() {
      const { kind, seen } = yield* flaky(4)
      const { jobs } = yield* TestJobs.make([kind], {}, handbookRetry)
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.pass("3 seconds")
      expect(yield* jobs.get(id)).toMatchObject({
        state: "failed",
        error: "flaky: attempts exhausted: 451 try later"
      })
      yield* TestJobs.pass("10 seconds")
      expect(yield* seen).toHaveLength(3)
      expect(yield* jobs.retry(id)).toMatchObject({ state: "waiting", run: 2, error: null, finished_at: null })
      yield* TestJobs.settled
      const done = yield* jobs.get(id)
      expect(done).toMatchObject({ state: "succeeded", run: 2 })
      expect(done.activities[0]?.attempts.map(({ attempt, run }) => [attempt, run])).toEqual([
        [1, 1],
        [2, 1],
        [3, 1],
        [4, 2]
      ])
      expect(yield* Effect.flip(jobs.retry(id))).toBeInstanceOf(JobStateConflict)
    }))

  it.scoped.each(
    [
      { policy: { rateLimit: { permits: 1, per: Duration.seconds(5), burst: 1 } }, second: 5_000 },
      { policy: { concurrency: { limit: 1, queue: 0, over: "attempt" } }, second: 1_000 },
      { policy: { concurrency: { limit: 1, queue: 0 } }, second: 1_000 }
    ] as const
  )("that its policy refuses asks again, and loses no attempt: %j", ({ policy, second }) =>
    Effect.gen(function*() {
      const { note, seen } = yield* moments
      const kind = Job.kind(Task, [activity("slow", () => Effect.zipRight(note, Effect.sleep("900 millis")))])
      const { jobs } = yield* TestJobs.make([kind], {}, policy)
      yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.settled
      const { id } = yield* jobs.enqueue(Task, { n: 2 })
      yield* TestJobs.pass(Duration.millis(second - 1))
      expect(yield* seen).toEqual([0])
      expect(yield* jobs.get(id)).toMatchObject({ state: "running", activities: [{ attempts: [] }] })
      yield* TestJobs.pass("1 milli")
      expect(yield* seen).toEqual([0, second])
      yield* TestJobs.pass("900 millis")
      expect(yield* jobs.get(id)).toMatchObject({
        state: "succeeded",
        activities: [{ attempts: [{ attempt: 1, outcome: "succeeded" }] }]
      })
    }))

  it.scoped("is never retried after a permanent error", () =>
    Effect.gen(function*() {
      const { note, seen } = yield* moments
      const kind = Job.kind(Task, [activity("refused", () => Effect.zipRight(note, refused))])
      const { jobs } = yield* TestJobs.make([kind], {}, handbookRetry)
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.settled
      expect(yield* jobs.get(id)).toMatchObject({ state: "failed", error: "refused: 550 no such user" })
      yield* TestJobs.pass("10 seconds")
      expect(yield* seen).toEqual([0])
    }))

  it.scoped("is retried after a defect, whose cause its history keeps", () =>
    Effect.gen(function*() {
      const { note } = yield* moments
      const kind = Job.kind(Task, [
        activity("broken", () =>
          Effect.flatMap(note, (attempt) => attempt === 1 ? Effect.dieMessage("a bug") : Effect.void))
      ])
      const { jobs } = yield* TestJobs.make([kind], {}, handbookRetry)
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.pass("1 second")
      const done = yield* jobs.get(id)
      expect(done.state).toBe("succeeded")
      expect(done.activities[0]?.attempts[0]?.error).toContain("a bug")
    }))

  it.scoped("has each attempt interrupted at its timeout", () =>
    Effect.gen(function*() {
      const interrupted = yield* Ref.make(0)
      const kind = Job.kind(Task, [
        activity("hangs", () => Effect.onInterrupt(Effect.never, () => Ref.update(interrupted, (n) => n + 1)))
      ])
      const { jobs } = yield* TestJobs.make([kind], {}, {
        attemptTimeout: Duration.seconds(5),
        retry: { attempts: 2, backoff: { kind: "constant", base: Duration.seconds(1) } }
      })
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.pass("4999 millis")
      expect(yield* Ref.get(interrupted)).toBe(0)
      yield* TestJobs.pass("1 millis")
      expect(yield* Ref.get(interrupted)).toBe(1)
      yield* TestJobs.pass("6 seconds")
      expect(yield* jobs.get(id)).toMatchObject({
        state: "failed",
        error: "hangs: attempts exhausted: timed out after 5 seconds",
        activities: [{
          attempts: [
            { outcome: "timed out", error: "timed out after 5 seconds" },
            { outcome: "timed out", error: "timed out after 5 seconds" }
          ]
        }]
      })
    }))
})
