import { expect, it } from "@effect/vitest"
import { Duration, Effect, TestClock } from "effect"
import * as Job from "../../../src/platform/jobs/Job.ts"
import * as TestJobs from "../../support/Jobs.ts"
import { makeFile } from "./lives.ts"
import { activity, Task } from "./tasks.ts"

const id = Job.JobId.make(1)
const kind = Job.kind(Task, [activity("step", () => Effect.void)])

it.scoped("a job of an unknown kind waits for a server that knows the kind", () =>
  Effect.gen(function*() {
    yield* TestJobs.begin
    const { live } = yield* makeFile
    yield* live([[kind]], ({ jobs }) => Effect.orDie(jobs.enqueue(Task, { n: 1 }, Duration.seconds(1))))
    yield* live([[]], ({ jobs }) =>
      Effect.gen(function*() {
        yield* Effect.repeatN(TestJobs.pass("1 second"), 2)
        expect(yield* jobs.get(id)).toMatchObject({ state: "waiting", started_at: null })
      }).pipe(Effect.orDie))
    yield* live([[kind]], ({ jobs }) =>
      Effect.gen(function*() {
        yield* Effect.repeatN(TestJobs.pass("1 second"), 2)
        expect(yield* jobs.get(id)).toMatchObject({ state: "succeeded" })
      }).pipe(Effect.orDie))
  }))

it.scoped.each(["{\"n\":\"one\"}", "{}", "not JSON"])(
  "a job whose payload is no longer readable (%s) is a dead letter with that cause, and hides no other job",
  (payload) =>
    Effect.gen(function*() {
      const { jobs, writer: sql } = yield* TestJobs.make([kind])
      yield* jobs.enqueue(Task, { n: 1 }, Duration.seconds(2))
      yield* sql`UPDATE jobs SET payload = ${payload}`
      yield* Effect.repeatN(TestJobs.pass("1 second"), 3)
      const [dead] = yield* jobs.list({ state: "failed", kind: undefined, limit: 10, after: undefined })
      expect(dead?.error).toMatch(/^its payload cannot be read: /)
      expect(yield* sql`SELECT 1 FROM job_attempts`).toEqual([])
      const readable = yield* jobs.enqueue(Task, { n: 2 })
      yield* TestJobs.settled
      expect((yield* jobs.get(readable.id)).state).toBe("succeeded")
    })
)

it.scoped("a due job is not delayed by a clock set back, and a delayed one is due after a leap", () =>
  Effect.gen(function*() {
    const { jobs, writer: sql } = yield* TestJobs.make([kind])
    const span = Duration.seconds(10)
    const delayed = yield* jobs.enqueue(Task, { n: 1 }, span)
    const due = yield* jobs.enqueue(Task, { n: 2 })
    // the engine may begin the job at once, whatever its clock says then
    expect(yield* sql`SELECT deliver_at FROM cluster_messages ORDER BY id`).toEqual([
      { deliver_at: TestJobs.began.epochMillis + Duration.toMillis(span) },
      { deliver_at: null }
    ])
    yield* TestClock.setTime(Duration.toMillis(Duration.subtract(Duration.millis(TestJobs.began.epochMillis), span)))
    yield* TestJobs.settled
    expect((yield* jobs.get(due.id)).state).toBe("succeeded")
    expect((yield* jobs.get(delayed.id)).state).toBe("waiting")
    yield* TestClock.setTime(TestJobs.began.epochMillis + Duration.toMillis(span))
    yield* TestJobs.pass("2 seconds")
    expect((yield* jobs.get(delayed.id)).state).toBe("succeeded")
  }))
