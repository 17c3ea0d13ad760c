import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Ref } from "effect"
import * as Job from "../../../src/platform/jobs/Job.ts"
import { JobStateConflict } from "../../../src/platform/jobs/record/JobProblems.ts"
import * as TestJobs from "../../support/Jobs.ts"
import { activity, handbookRetry, notes, Task, unavailable } from "./tasks.ts"

describe("cancelling", () => {
  const never = (interrupted: Ref.Ref<number>) =>
    Job.kind(Task, [
      activity("quick", () => Effect.void, () => Ref.update(interrupted, (n) => n + 10)),
      activity("endless", () => Effect.onInterrupt(Effect.never, () => Ref.update(interrupted, (n) => n + 1)))
    ])

  it.scoped("interrupts a running activity and undoes finished ones", () =>
    Effect.gen(function*() {
      const interrupted = yield* Ref.make(0)
      const { jobs } = yield* TestJobs.make([never(interrupted)])
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.settled
      expect(yield* jobs.cancel(id)).toMatchObject({ cancel_requested: true })
      yield* TestJobs.settled
      const done = yield* jobs.get(id)
      expect(done).toMatchObject({ state: "cancelled", error: null })
      expect(TestJobs.outcomes(done)).toEqual({
        "quick": ["undone"],
        "undo quick": ["undone"],
        "endless": ["interrupted"]
      })
      expect(yield* Ref.get(interrupted)).toBe(11)
      expect(yield* Effect.flip(jobs.cancel(id))).toBeInstanceOf(JobStateConflict)
    }))

  it.scoped("undoes activities that may have happened before the interruption, and none that had not begun", () =>
    Effect.gen(function*() {
      const { note, noted } = yield* notes
      const kind = Job.kind(Task, [
        // the change is made, and then no answer comes
        activity("profile", () => Effect.zipRight(note("profile"), Effect.never), () => note("no profile"))
      ])
      const { jobs } = yield* TestJobs.make([kind])
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.settled
      yield* jobs.cancel(id)
      yield* TestJobs.settled
      const done = yield* jobs.get(id)
      expect(done.state).toBe("cancelled")
      expect(TestJobs.outcomes(done)).toEqual({ "profile": ["interrupted"], "undo profile": ["undone"] })
      expect(yield* noted).toEqual(["profile", "no profile"])
    }))

  it.scoped("ends a delayed job at once, which never runs", () =>
    Effect.gen(function*() {
      const ran = yield* Ref.make(0)
      const kind = Job.kind(Task, [activity("step", () => Ref.update(ran, (n) => n + 1))])
      const { jobs } = yield* TestJobs.make([kind])
      const { id } = yield* jobs.enqueue(Task, { n: 1 }, Duration.seconds(5))
      yield* TestJobs.settled
      expect(yield* jobs.cancel(id)).toMatchObject({ state: "cancelled" })
      yield* TestJobs.pass("10 seconds")
      expect(yield* jobs.get(id)).toMatchObject({ state: "cancelled", started_at: null })
      expect(yield* Ref.get(ran)).toBe(0)
    }))

  it.scoped("interrupts the pause between two attempts", () =>
    Effect.gen(function*() {
      const kind = Job.kind(Task, [activity("flaky", () => unavailable)])
      const { jobs } = yield* TestJobs.make([kind], {}, handbookRetry)
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.settled
      yield* jobs.cancel(id)
      yield* TestJobs.settled
      expect(yield* jobs.get(id)).toMatchObject({ state: "cancelled" })
    }))

  it.scoped("is forgotten when the job is retried, which then runs to its end", () =>
    Effect.gen(function*() {
      const hangs = yield* Ref.make(true)
      const kind = Job.kind(Task, [
        activity("step", () => Effect.flatMap(Ref.get(hangs), (hang) => hang ? Effect.never : Effect.void))
      ])
      const { jobs } = yield* TestJobs.make([kind])
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.settled
      yield* jobs.cancel(id)
      yield* TestJobs.settled
      expect(yield* jobs.get(id)).toMatchObject({ state: "cancelled", cancel_requested: true })
      yield* Ref.set(hangs, false)
      expect(yield* jobs.retry(id)).toMatchObject({ state: "waiting", cancel_requested: false })
      yield* TestJobs.settled
      expect(yield* jobs.get(id)).toMatchObject({ state: "succeeded", run: 2 })
    }))
})
