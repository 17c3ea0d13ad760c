import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Ref, Stream } from "effect"
import * as Job from "../../../src/platform/jobs/Job.ts"
import { JobNotFound } from "../../../src/platform/jobs/record/JobProblems.ts"
import * as TestJobs from "../../support/Jobs.ts"
import { activity, notes, refused, states, Task } from "./tasks.ts"

describe("a job", () => {
  it.scoped("runs its activities concurrently and succeeds with the last of them", () =>
    Effect.gen(function*() {
      const kind = Job.kind(Task, [
        activity("slow", () => Effect.sleep("2 seconds")),
        activity("fast", () => Effect.sleep("1 second"))
      ])
      const { jobs } = yield* TestJobs.make([kind])
      const { id, state } = yield* jobs.enqueue(Task, { n: 7 })
      expect(state).toBe("waiting")
      yield* TestJobs.settled
      expect((yield* jobs.get(id)).state).toBe("running")
      yield* TestJobs.pass("1999 millis")
      const running = yield* jobs.get(id)
      expect(running.state).toBe("running")
      expect(TestJobs.outcomes(running)).toEqual({ slow: [null], fast: ["succeeded"] })
      yield* TestJobs.pass("1 millis")
      const done = yield* jobs.get(id)
      expect(done).toMatchObject({ state: "succeeded", error: null, run: 1, payload: { n: 7 } })
      expect(TestJobs.outcomes(done)).toEqual({ slow: ["succeeded"], fast: ["succeeded"] })
    }))

  it.scoped.each(["INSERT ON job_attempts", "UPDATE ON job_attempts", "UPDATE ON jobs"])(
    "continues once the database accepts its records again (%s)",
    (statement) =>
      Effect.gen(function*() {
        const ran = yield* Ref.make(0)
        const kind = Job.kind(Task, [activity("step", () => Ref.update(ran, (n) => n + 1))])
        const { jobs, writer: sql } = yield* TestJobs.make([kind])
        yield* sql`CREATE TRIGGER full BEFORE ${sql.literal(statement)}
          BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`
        const { id } = yield* jobs.enqueue(Task, { n: 1 })
        yield* TestJobs.pass("500 millis")
        expect((yield* jobs.get(id)).state).not.toBe("succeeded")
        yield* sql`DROP TRIGGER full`
        yield* TestJobs.pass("2 seconds")
        expect((yield* jobs.get(id)).state).toBe("succeeded")
        expect(yield* Ref.get(ran)).toBeGreaterThan(0)
      })
  )

  it.scoped("undoes finished activities when another one fails permanently, and repeats them at a retry", () =>
    Effect.gen(function*() {
      const { note, noted } = yield* notes
      const fails = yield* Ref.make(true)
      const kind = Job.kind(Task, [
        activity("mail", () => note("mail")),
        activity("profile", () => note("profile"), () => note("no profile")),
        activity("list", () => Effect.flatMap(Ref.get(fails), (fail) => fail ? refused : note("list")))
      ])
      const { jobs } = yield* TestJobs.make([kind])
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.settled
      const dead = yield* jobs.get(id)
      expect(dead).toMatchObject({ state: "failed", error: "list: 550 no such user" })
      expect(TestJobs.outcomes(dead)).toEqual({
        "mail": ["succeeded"],
        "profile": ["undone"],
        "undo profile": ["undone"],
        "list": ["failed"]
      })
      expect(yield* noted).toEqual(["mail", "profile", "no profile"])
      yield* Ref.set(fails, false)
      yield* jobs.retry(id)
      yield* TestJobs.settled
      expect((yield* jobs.get(id)).state).toBe("succeeded")
      // the mail had been sent
      expect((yield* noted).slice(3).toSorted()).toEqual(["list", "profile"])
    }))

  it.scoped("cannot be found by an unknown id", () =>
    Effect.gen(function*() {
      const { jobs } = yield* TestJobs.make([])
      const id = Job.JobId.make(1)
      for (const step of [jobs.get(id), jobs.cancel(id), jobs.retry(id)]) {
        expect(yield* Effect.flip(step)).toBeInstanceOf(JobNotFound)
      }
    }))
})

describe("many jobs", () => {
  it.scoped("run up to the limit at once; others wait, and delayed ones take no place", () =>
    Effect.gen(function*() {
      const kind = Job.kind(Task, [activity("step", () => Effect.sleep("2 seconds"))])
      const { jobs } = yield* TestJobs.make([kind], { jobsConcurrency: 1 })
      yield* jobs.enqueue(Task, { n: 0 }, Duration.minutes(1))
      for (const n of [1, 2]) yield* jobs.enqueue(Task, { n })
      yield* TestJobs.settled
      expect((yield* states(jobs)).toSorted()).toEqual(["running", "waiting", "waiting"])
      yield* TestJobs.pass("2 seconds")
      expect((yield* states(jobs)).toSorted()).toEqual(["running", "succeeded", "waiting"])
      yield* TestJobs.pass("2 seconds")
      expect((yield* states(jobs)).toSorted()).toEqual(["succeeded", "succeeded", "waiting"])
    }))
})

describe("watching a job", () => {
  it.scoped("shows the job now and after each change, and ends with the job", () =>
    Effect.gen(function*() {
      const kind = Job.kind(Task, [activity("step", () => Effect.sleep("1 second"))])
      const { jobs } = yield* TestJobs.make([kind])
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      const seen = yield* Effect.fork(Stream.runCollect(jobs.watch(id)))
      yield* TestJobs.pass("1 second")
      const shown = [...yield* Fiber.join(seen)].map(({ state }) => state)
      expect(shown[0]).toBe("waiting")
      expect(shown).toContain("running")
      expect(shown.at(-1)).toBe("succeeded")
      expect(yield* Stream.runCount(jobs.watch(id))).toBe(1)
    }))
})
