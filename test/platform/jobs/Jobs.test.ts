import { describe, expect, it } from "@effect/vitest"
import { Clock, Data, Duration, Effect, Fiber, Ref, Schema, Stream } from "effect"
import * as Job from "../../../src/platform/jobs/Job.ts"
import { JobNotFound, JobStateConflict } from "../../../src/platform/jobs/JobProblems.ts"
import { Jobs } from "../../../src/platform/jobs/Jobs.ts"
import { Database } from "../../../src/platform/sql/Database.ts"
import type { Policy } from "../../../src/policy/Policy.ts"
import * as TestJobs from "../../support/Jobs.ts"

const Task = Job.type("task", Schema.Struct({ n: Schema.Number }))

class Unavailable extends Data.TaggedError("Unavailable")<{ readonly message: string }> {
  readonly transient = true
}

class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}

const unavailable = new Unavailable({ message: "451 try later" })
const refused = new Refused({ message: "550 no such user" })

type Run = Job.Activity<{ readonly n: number }>["run"]

const activity = (name: string, run: Run, undo?: Run): Job.Activity<{ readonly n: number }> => ({
  name,
  policy: "upstream",
  run,
  ...(undo && { undo })
})

/** The moments, in milliseconds since the beginning, at which something happened. */
const moments = Effect.gen(function*() {
  const began = yield* Clock.currentTimeMillis
  const seen = yield* Ref.make<ReadonlyArray<number>>([])
  const note = Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => Ref.modify(seen, (all) => [all.length + 1, [...all, now - began]])
  )
  return { note, seen: Ref.get(seen) }
})

const handbookRetry: Policy = {
  retry: { attempts: 3, backoff: { kind: "linear", base: Duration.seconds(1) } }
}

const outcomes = (details: Effect.Effect.Success<ReturnType<Jobs["Type"]["get"]>>) =>
  Object.fromEntries(details.activities.map(({ attempts, name }) => [name, attempts.map(({ outcome }) => outcome)]))

describe("a job", () => {
  it.effect("runs its activities concurrently and succeeds with the last of them", () =>
    Effect.gen(function*() {
      const kind = Job.kind(Task, [
        activity("slow", () => Effect.sleep("2 seconds")),
        activity("fast", () => Effect.sleep("1 second"))
      ])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const { id, state } = yield* jobs.enqueue(Task, { n: 7 })
        expect(state).toBe("waiting")
        yield* TestJobs.settled
        expect((yield* jobs.get(id)).state).toBe("running")
        yield* TestJobs.pass("1999 millis")
        const running = yield* jobs.get(id)
        expect(running.state).toBe("running")
        expect(outcomes(running)).toEqual({ slow: [null], fast: ["succeeded"] })
        yield* TestJobs.pass("1 millis")
        const done = yield* jobs.get(id)
        expect(done).toMatchObject({ state: "succeeded", error: null, run: 1, payload: { n: 7 } })
        expect(outcomes(done)).toEqual({ slow: ["succeeded"], fast: ["succeeded"] })
      }).pipe(Effect.provide(TestJobs.layer([kind])))
    }))

  it.effect("is retried after transient errors at 0, 1 and 3 seconds", () =>
    Effect.gen(function*() {
      yield* TestJobs.begin
      const { note, seen } = yield* moments
      const kind = Job.kind(Task, [
        activity("flaky", () => Effect.flatMap(note, (attempt) => attempt < 3 ? Effect.fail(unavailable) : Effect.void))
      ])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
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
      }).pipe(Effect.provide(TestJobs.layer([kind], {}, handbookRetry)))
    }))

  it.effect("that exhausts its attempts is a dead letter with its cause, and can be tried again", () =>
    Effect.gen(function*() {
      yield* TestJobs.begin
      const { note, seen } = yield* moments
      const kind = Job.kind(Task, [
        activity("flaky", () => Effect.flatMap(note, (attempt) => attempt < 4 ? Effect.fail(unavailable) : Effect.void))
      ])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
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
      }).pipe(Effect.provide(TestJobs.layer([kind], {}, handbookRetry)))
    }))

  it.effect("is never retried after a permanent error", () =>
    Effect.gen(function*() {
      yield* TestJobs.begin
      const { note, seen } = yield* moments
      const kind = Job.kind(Task, [activity("refused", () => Effect.zipRight(note, refused))])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const { id } = yield* jobs.enqueue(Task, { n: 1 })
        yield* TestJobs.settled
        expect(yield* jobs.get(id)).toMatchObject({ state: "failed", error: "refused: 550 no such user" })
        yield* TestJobs.pass("10 seconds")
        expect(yield* seen).toEqual([0])
      }).pipe(Effect.provide(TestJobs.layer([kind], {}, handbookRetry)))
    }))

  it.effect("is tried again after a defect, whose cause the history has", () =>
    Effect.gen(function*() {
      yield* TestJobs.begin
      const { note } = yield* moments
      const kind = Job.kind(Task, [
        activity("broken", () =>
          Effect.flatMap(note, (attempt) => attempt === 1 ? Effect.dieMessage("a bug") : Effect.void))
      ])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const { id } = yield* jobs.enqueue(Task, { n: 1 })
        yield* TestJobs.pass("1 second")
        const done = yield* jobs.get(id)
        expect(done.state).toBe("succeeded")
        expect(done.activities[0]?.attempts[0]?.error).toContain("a bug")
      }).pipe(Effect.provide(TestJobs.layer([kind], {}, handbookRetry)))
    }))

  it.effect.each(["INSERT ON job_attempts", "UPDATE ON job_attempts", "UPDATE ON jobs"])(
    "goes on once the database takes its records again (%s)",
    (statement) =>
      Effect.gen(function*() {
        const ran = yield* Ref.make(0)
        const kind = Job.kind(Task, [activity("step", () => Ref.update(ran, (n) => n + 1))])
        yield* Effect.gen(function*() {
          const jobs = yield* Jobs
          const { writer: sql } = yield* Database
          yield* sql`CREATE TRIGGER full BEFORE ${sql.literal(statement)}
            BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`
          const { id } = yield* jobs.enqueue(Task, { n: 1 })
          yield* TestJobs.pass("500 millis")
          expect((yield* jobs.get(id)).state).not.toBe("succeeded")
          yield* sql`DROP TRIGGER full`
          yield* TestJobs.pass("2 seconds")
          expect((yield* jobs.get(id)).state).toBe("succeeded")
          expect(yield* Ref.get(ran)).toBeGreaterThan(0)
        }).pipe(Effect.provide(TestJobs.layer([kind])))
      })
  )

  it.effect("has each attempt interrupted at its timeout", () =>
    Effect.gen(function*() {
      const interrupted = yield* Ref.make(0)
      const kind = Job.kind(Task, [
        activity("hangs", () => Effect.onInterrupt(Effect.never, () => Ref.update(interrupted, (n) => n + 1)))
      ])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
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
      }).pipe(Effect.provide(TestJobs.layer([kind], {}, {
        attemptTimeout: Duration.seconds(5),
        retry: { attempts: 2, backoff: { kind: "constant", base: Duration.seconds(1) } }
      })))
    }))

  it.effect("takes back what succeeded when another activity fails for good, and does it anew when tried again", () =>
    Effect.gen(function*() {
      const log = yield* Ref.make<ReadonlyArray<string>>([])
      const note = (line: string) => Ref.update(log, (all) => [...all, line])
      const fails = yield* Ref.make(true)
      const kind = Job.kind(Task, [
        activity("mail", () => note("mail")),
        activity("profile", () => note("profile"), () => note("no profile")),
        activity("list", () => Effect.flatMap(Ref.get(fails), (fail) => fail ? refused : note("list")))
      ])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const { id } = yield* jobs.enqueue(Task, { n: 1 })
        yield* TestJobs.settled
        const dead = yield* jobs.get(id)
        expect(dead).toMatchObject({ state: "failed", error: "list: 550 no such user" })
        expect(outcomes(dead)).toEqual({
          "mail": ["succeeded"],
          "profile": ["undone"],
          "undo profile": ["undone"],
          "list": ["failed"]
        })
        expect(yield* Ref.get(log)).toEqual(["mail", "profile", "no profile"])
        yield* Ref.set(fails, false)
        yield* jobs.retry(id)
        yield* TestJobs.settled
        expect((yield* jobs.get(id)).state).toBe("succeeded")
        // the mail had been sent
        expect((yield* Ref.get(log)).slice(3).toSorted()).toEqual(["list", "profile"])
      }).pipe(Effect.provide(TestJobs.layer([kind])))
    }))

  it.effect("cannot be found by an id that none has", () =>
    Effect.gen(function*() {
      const jobs = yield* Jobs
      const id = Job.JobId.make(1)
      for (const step of [jobs.get(id), jobs.cancel(id), jobs.retry(id)]) {
        expect(yield* Effect.flip(step)).toBeInstanceOf(JobNotFound)
      }
    }).pipe(Effect.provide(TestJobs.layer([]))))
})

describe("cancelling", () => {
  const never = (interrupted: Ref.Ref<number>) =>
    Job.kind(Task, [
      activity("quick", () => Effect.void, () => Ref.update(interrupted, (n) => n + 10)),
      activity("endless", () => Effect.onInterrupt(Effect.never, () => Ref.update(interrupted, (n) => n + 1)))
    ])

  it.effect("interrupts a running activity and takes back what had succeeded", () =>
    Effect.gen(function*() {
      const interrupted = yield* Ref.make(0)
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const { id } = yield* jobs.enqueue(Task, { n: 1 })
        yield* TestJobs.settled
        expect(yield* jobs.cancel(id)).toMatchObject({ cancel_requested: true })
        yield* TestJobs.settled
        const done = yield* jobs.get(id)
        expect(done).toMatchObject({ state: "cancelled", error: null })
        expect(outcomes(done)).toEqual({ "quick": ["undone"], "undo quick": ["undone"], "endless": ["interrupted"] })
        expect(yield* Ref.get(interrupted)).toBe(11)
        expect(yield* Effect.flip(jobs.cancel(id))).toBeInstanceOf(JobStateConflict)
      }).pipe(Effect.provide(TestJobs.layer([never(interrupted)])))
    }))

  it.effect("takes back what may have happened before it was interrupted, and nothing that had not begun", () =>
    Effect.gen(function*() {
      const log = yield* Ref.make<ReadonlyArray<string>>([])
      const note = (line: string) => Ref.update(log, (all) => [...all, line])
      const kind = Job.kind(Task, [
        // the change is made, and then there is no answer
        activity("profile", () => Effect.zipRight(note("profile"), Effect.never), () => note("no profile"))
      ])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const { id } = yield* jobs.enqueue(Task, { n: 1 })
        yield* TestJobs.settled
        yield* jobs.cancel(id)
        yield* TestJobs.settled
        const done = yield* jobs.get(id)
        expect(done.state).toBe("cancelled")
        expect(outcomes(done)).toEqual({ "profile": ["interrupted"], "undo profile": ["undone"] })
        expect(yield* Ref.get(log)).toEqual(["profile", "no profile"])
      }).pipe(Effect.provide(TestJobs.layer([kind])))
    }))

  it.effect("ends a job that waits for its time at once, and it never runs", () =>
    Effect.gen(function*() {
      const ran = yield* Ref.make(0)
      const kind = Job.kind(Task, [activity("step", () => Ref.update(ran, (n) => n + 1))])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const { id } = yield* jobs.enqueue(Task, { n: 1 }, Duration.seconds(5))
        yield* TestJobs.settled
        expect(yield* jobs.cancel(id)).toMatchObject({ state: "cancelled" })
        yield* TestJobs.pass("10 seconds")
        expect(yield* jobs.get(id)).toMatchObject({ state: "cancelled", started_at: null })
        expect(yield* Ref.get(ran)).toBe(0)
      }).pipe(Effect.provide(TestJobs.layer([kind])))
    }))

  it.effect("interrupts the pause between two attempts", () =>
    Effect.gen(function*() {
      const kind = Job.kind(Task, [activity("flaky", () => unavailable)])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const { id } = yield* jobs.enqueue(Task, { n: 1 })
        yield* TestJobs.settled
        yield* jobs.cancel(id)
        yield* TestJobs.settled
        expect(yield* jobs.get(id)).toMatchObject({ state: "cancelled" })
      }).pipe(Effect.provide(TestJobs.layer([kind], {}, handbookRetry)))
    }))
})

describe("many jobs", () => {
  it.effect("run so many at once; the others wait, and those that wait for their time take no place", () =>
    Effect.gen(function*() {
      const kind = Job.kind(Task, [activity("step", () => Effect.sleep("2 seconds"))])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        yield* jobs.enqueue(Task, { n: 0 }, Duration.minutes(1))
        for (const n of [1, 2]) yield* jobs.enqueue(Task, { n })
        const states = Effect.map(
          jobs.list({ state: undefined, kind: undefined, limit: 10, after: undefined }),
          (all) => all.map(({ state }) => state)
        )
        yield* TestJobs.settled
        expect((yield* states).toSorted()).toEqual(["running", "waiting", "waiting"])
        yield* TestJobs.pass("2 seconds")
        expect((yield* states).toSorted()).toEqual(["running", "succeeded", "waiting"])
        yield* TestJobs.pass("2 seconds")
        expect((yield* states).toSorted()).toEqual(["succeeded", "succeeded", "waiting"])
      }).pipe(Effect.provide(TestJobs.layer([kind], { jobsConcurrency: 1 })))
    }))
})

describe("time", () => {
  it.effect("a delayed job begins when it is due, and not before", () =>
    Effect.gen(function*() {
      yield* TestJobs.begin
      const { note, seen } = yield* moments
      const kind = Job.kind(Task, [activity("step", () => note)])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const { id } = yield* jobs.enqueue(Task, { n: 1 }, Duration.seconds(5))
        yield* TestJobs.pass("4999 millis")
        expect(yield* seen).toEqual([])
        expect((yield* jobs.get(id)).state).toBe("waiting")
        // the engine looks for what has become due once a second
        yield* TestJobs.pass("1001 millis")
        expect(yield* seen).toHaveLength(1)
        expect((yield* jobs.get(id)).state).toBe("succeeded")
      }).pipe(Effect.provide(TestJobs.layer([kind])))
    }))

  it.effect("a recurring job has exactly one successor, also after a failure, a cancellation and when tried again", () =>
    Effect.gen(function*() {
      const ran = yield* Ref.make(0)
      const Recurring = Job.type("recurring", Schema.Struct({}))
      const kind = Job.kind(
        Recurring,
        [{ name: "step", policy: "upstream", run: () => Effect.zipRight(Ref.update(ran, (n) => n + 1), refused) }],
        { every: Duration.seconds(3) }
      )
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const states = Effect.map(
          jobs.list({ state: undefined, kind: "recurring", limit: 10, after: undefined }),
          (all) => all.map(({ state }) => state)
        )
        yield* TestJobs.settled
        expect(yield* states).toEqual(["waiting"])
        yield* TestJobs.pass("4 seconds")
        expect(yield* Ref.get(ran)).toBe(1)
        expect(yield* states).toEqual(["waiting", "failed"])
        yield* jobs.cancel(Job.JobId.make(2))
        expect(yield* states).toEqual(["waiting", "cancelled", "failed"])
        yield* TestJobs.pass("4 seconds")
        expect(yield* Ref.get(ran)).toBe(2)
        expect(yield* states).toEqual(["waiting", "failed", "cancelled", "failed"])
        yield* jobs.retry(Job.JobId.make(3))
        yield* TestJobs.settled
        expect(yield* Ref.get(ran)).toBe(3)
        expect(yield* states).toEqual(["waiting", "failed", "cancelled", "failed"])
        // each of them is a run of its own, not a part of the run that it succeeds
        const { writer: sql } = yield* Database
        expect(yield* sql`SELECT id FROM cluster_messages WHERE tag = 'resume' OR payload LIKE '%parent%'`).toEqual([])
      }).pipe(Effect.provide(TestJobs.layer([kind])))
    }))

  it.effect("retention removes what is kept no longer, with all that the engine has of it, and nothing else", () =>
    Effect.gen(function*() {
      const kind = Job.kind(Task, [
        activity("step", ({ n }) => n === 0 ? refused : n === 1 ? Effect.void : Effect.never)
      ])
      const options = {
        jobRetention: Duration.seconds(3),
        deadLetterRetention: Duration.seconds(6)
      }
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const { removeOutdated } = yield* TestJobs.Retention
        const left = Effect.map(
          jobs.list({ state: undefined, kind: undefined, limit: 10, after: undefined }),
          (all) => all.map(({ state }) => state).toSorted()
        )
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
        const { writer: sql } = yield* Database
        const [rows] = yield* sql`SELECT
          (SELECT COUNT(*) FROM job_attempts) AS attempts,
          (SELECT COUNT(DISTINCT entity_id) FROM cluster_messages) AS runs`
        expect(rows).toEqual({ attempts: 1, runs: 1 })
      }).pipe(Effect.provide(TestJobs.layer([kind], options)))
    }))

  it.effect("retention leaves a job that is tried again at that moment", () =>
    Effect.gen(function*() {
      const kind = Job.kind(Task, [activity("step", () => refused)])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const { removeOutdated } = yield* TestJobs.Retention
        const { id } = yield* jobs.enqueue(Task, { n: 1 })
        yield* TestJobs.pass("7 seconds")
        const [retried] = yield* Effect.all([jobs.retry(id), removeOutdated], { concurrency: 2 })
        expect(retried).toMatchObject({ state: "waiting", run: 2 })
        yield* TestJobs.settled
        expect(yield* jobs.get(id)).toMatchObject({ state: "failed", run: 2 })
      }).pipe(Effect.provide(TestJobs.layer([kind], { deadLetterRetention: Duration.seconds(6) })))
    }))
})

describe("watching a job", () => {
  it.effect("shows it now, after each change, and ends with it", () =>
    Effect.gen(function*() {
      const kind = Job.kind(Task, [activity("step", () => Effect.sleep("1 second"))])
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        const { id } = yield* jobs.enqueue(Task, { n: 1 })
        const seen = yield* Effect.fork(Stream.runCollect(jobs.watch(id)))
        yield* TestJobs.pass("1 second")
        const states = [...yield* Fiber.join(seen)].map(({ state }) => state)
        expect(states[0]).toBe("waiting")
        expect(states).toContain("running")
        expect(states.at(-1)).toBe("succeeded")
        expect(yield* Stream.runCount(jobs.watch(id))).toBe(1)
      }).pipe(Effect.provide(TestJobs.layer([kind])))
    }))
})
