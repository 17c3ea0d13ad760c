import { describe, expect, it } from "@effect/vitest"
import { Array, Duration, Effect, Fiber, Layer, Option, Ref, Schema } from "effect"
import * as Job from "../../../src/platform/jobs/Job.ts"
import { Jobs } from "../../../src/platform/jobs/Jobs.ts"
import { Database } from "../../../src/platform/sql/Database.ts"
import * as TestDatabase from "../../support/Database.ts"
import * as TestJobs from "../../support/Jobs.ts"

const Task = Job.type("task", Schema.Struct({}))

describe("a second server on the same database", () => {
  it.effect("does not start, as it would run every job a second time", () =>
    Effect.gen(function*() {
      yield* TestJobs.begin
      const build = Layer.build(TestJobs.over([]))
      yield* Effect.scoped(Effect.gen(function*() {
        yield* build
        const error = yield* Effect.flip(Effect.scoped(build))
        expect(String(error)).toMatch(/another server is running on ".*barista\.sqlite"/)
      }))
      yield* Effect.scoped(build)
    }).pipe(Effect.provide(TestDatabase.layer)))
})

describe("a stop", () => {
  it.effect("returns a running job after its time, and the next start repeats only unfinished activities", () =>
    Effect.gen(function*() {
      yield* TestJobs.begin
      const ran = yield* Ref.make<ReadonlyArray<string>>([])
      const note = (line: string) => Ref.update(ran, (all) => [...all, line])
      const hangs = yield* Ref.make(true)
      const second = Effect.flatMap(Ref.get(hangs), (hang) => hang ? Effect.never : Effect.void)
      const kind = Job.kind(Task, [
        { name: "first", policy: "upstream", run: () => note("first") },
        {
          name: "second",
          policy: "upstream",
          run: () => note("second").pipe(Effect.zipRight(second), Effect.onInterrupt(() => note("second interrupted")))
        }
      ])
      const server = TestJobs.over([kind], { jobsStopTimeout: Duration.millis(1000) })

      const stopping = yield* Effect.gen(function*() {
        const { id } = yield* Effect.flatMap(Jobs, (jobs) => jobs.enqueue(Task, {}))
        yield* TestJobs.settled
        return id
      }).pipe(Effect.provide(server), Effect.fork)
      yield* TestJobs.pass("999 millis")
      expect(yield* Ref.get(ran)).toEqual(["first", "second"])
      // the progress of the stop by then depends on the machine
      yield* TestJobs.pass("1 second").pipe(
        Effect.zipRight(Fiber.poll(stopping)),
        Effect.repeat({ until: Option.isSome })
      )
      const id = yield* Fiber.join(stopping)
      expect(yield* Ref.get(ran)).toEqual(["first", "second", "second interrupted"])

      yield* Ref.set(hangs, false)
      yield* Effect.gen(function*() {
        const jobs = yield* Jobs
        expect((yield* jobs.get(id)).state).toBe("running")
        yield* TestJobs.pass("2 seconds")
        const done = yield* jobs.get(id)
        expect(done).toMatchObject({ state: "succeeded", run: 1 })
        expect(done.activities.map(({ attempts }) => attempts.map(({ outcome }) => outcome))).toEqual([
          ["succeeded"],
          ["interrupted", "succeeded"]
        ])
      }).pipe(Effect.provide(server))
      expect(yield* Ref.get(ran)).toEqual(["first", "second", "second interrupted", "second"])
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("with a clock set back gives no new job the identity of an earlier one", () =>
    Effect.gen(function*() {
      const ran = yield* Ref.make(0)
      const activity = (name: string) =>
        ({ name, policy: "upstream", run: () => Ref.update(ran, (n) => n + 1) }) as const
      const kind = Job.kind(Task, [activity("first"), activity("second")])
      for (const start of [1, 2, 3]) {
        yield* TestJobs.begin
        yield* Effect.gen(function*() {
          const jobs = yield* Jobs
          const { id } = yield* jobs.enqueue(Task, {})
          yield* TestJobs.pass("1 second")
          expect((yield* jobs.get(id)).state).toBe("succeeded")
          expect(yield* Ref.get(ran)).toBe(2 * start)
        }).pipe(Effect.provide(TestJobs.over([kind])))
      }
    }).pipe(Effect.provide(TestDatabase.layer)))

  it.effect("starts nothing in the place of interrupted work", () =>
    Effect.gen(function*() {
      yield* TestJobs.begin
      const ran = yield* Ref.make(0)
      const step = Effect.zipRight(Ref.update(ran, (n) => n + 1), Effect.never)
      const kind = Job.kind(Task, [{ name: "step", policy: "upstream", run: () => step }])
      const stopping = yield* Effect.gen(function*() {
        const { enqueue } = yield* Jobs
        yield* Effect.forEach(Array.makeBy(8, String), () => enqueue(Task, {}), { concurrency: 1 })
        yield* TestJobs.settled
      }).pipe(
        Effect.provide(TestJobs.over([kind], { jobsStopTimeout: Duration.seconds(1) }, { concurrency: 1 })),
        Effect.fork
      )
      yield* Effect.repeatN(TestJobs.pass("1 second"), 9)
      yield* Fiber.join(stopping)
      const { reader: sql } = yield* Database
      expect(yield* sql`SELECT attempt, outcome FROM job_attempts`).toEqual([{ attempt: 1, outcome: "interrupted" }])
      expect(yield* Ref.get(ran)).toBe(1)
    }).pipe(Effect.provide(TestDatabase.layer)))
})
