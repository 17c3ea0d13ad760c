import { describe, expect, it } from "@effect/vitest"
import { Clock, type Context, DateTime, Duration, Effect, Ref, Schema, TestClock } from "effect"
import type { Overloaded } from "../../../src/domain/Problem.ts"
import * as Job from "../../../src/platform/jobs/Job.ts"
import type { Jobs } from "../../../src/platform/jobs/Jobs.ts"
import type { JobNotFound, JobStateConflict } from "../../../src/platform/jobs/record/JobProblems.ts"
import type { Database } from "../../../src/platform/sql/Database.ts"
import { orDefect } from "../../../src/platform/sql/orDefect.ts"
import * as TestJobs from "../../support/Jobs.ts"
import { makeFile, watchCommits } from "./lives.ts"
import { handbookRetry, refused } from "./tasks.ts"

const Task = Job.type("task", Schema.Struct({}))
const id = Job.JobId.make(1)

type Sql = Context.Tag.Service<Database>["writer"]

/** The end of the activity that decides the job's outcome. */
type List = Effect.Effect<void, Job.ActivityError>

/** A job of three activities. One works outside the database; one is undone if the third fails. */
const kindOf = (sql: () => Sql, list: List, mailed: Effect.Effect<void>) => {
  const effect = (what: string) => () => orDefect(sql()`INSERT INTO effects (what) VALUES (${what})`)
  const policy = "upstream"
  return Job.kind(Task, [
    { name: "mail", policy, run: () => mailed, commit: effect("mail") },
    { name: "profile", policy, run: () => Effect.void, commit: effect("profile"), undo: effect("no profile") },
    { name: "list", policy, run: () => list, commit: effect("list"), undo: effect("no list") }
  ])
}

interface Scenario {
  readonly list: List
  /** A further step for the job, once it is at rest. */
  readonly next?: (
    jobs: Context.Tag.Service<Jobs>
  ) => Effect.Effect<unknown, JobNotFound | JobStateConflict | Overloaded>
  /** The list's behaviour after the restart of the server. */
  readonly listAfter?: List
  readonly delay?: Duration.DurationInput
  readonly ends: ReadonlyArray<Job.JobState>
}

const scenarios: Readonly<Record<string, Scenario>> = {
  "is delayed": { list: Effect.void, delay: "4 seconds", ends: ["succeeded"] },
  "is cancelled": {
    list: Effect.never,
    next: (jobs) => jobs.cancel(id),
    listAfter: Effect.void,
    ends: ["succeeded", "cancelled"]
  },
  "fails for good, is taken back, and is tried again": {
    list: refused,
    next: (jobs) => jobs.retry(id),
    listAfter: refused,
    ends: ["failed"]
  }
}

/** Reads rows of one number each. */
const counts = (sql: Sql) =>
  Effect.map(
    orDefect(sql<{ readonly name: string; readonly n: number }>`
      SELECT what AS name, COUNT(*) AS n FROM effects GROUP BY what
      UNION ALL SELECT 'open attempts', COUNT(*) FROM job_attempts WHERE outcome IS NULL
      UNION ALL SELECT 'open messages', COUNT(*) FROM cluster_messages WHERE processed = 0
      UNION ALL SELECT 'attempts at the list', COUNT(*) FROM job_attempts WHERE activity = 'list' AND run = 1
      UNION ALL SELECT 'known failures', COUNT(*) FROM job_failures WHERE activity = 'list' AND run = 1`),
    (rows) => {
      const all = new Map(rows.map(({ n, name }) => [name, n]))
      return (name: string) => all.get(name) ?? 0
    }
  )

const isOver = (state: Job.JobState) => state !== "waiting" && state !== "running"

describe("a crash after any commit of a job that", () => {
  it.scoped.each(Object.keys(scenarios))("%s loses nothing and repeats nothing", (name) =>
    Effect.gen(function*() {
      const scenario = scenarios[name] ?? { list: Effect.void, ends: [] }
      yield* TestJobs.begin
      const { file, live, restore } = yield* makeFile
      const mails = yield* Ref.make(0)
      const mailed = Ref.update(mails, (n) => n + 1)
      let writer: Sql | undefined
      const sql = () => writer ?? expect.fail("no database")
      const kind = (list: List) => kindOf(sql, list, mailed)
      const use = <A, E>(list: List, run: (jobs: Context.Tag.Service<Jobs>) => Effect.Effect<A, E>) =>
        live([[kind(list)], { jobsPollInterval: Duration.seconds(1) }, handbookRetry], (server) =>
          Effect.suspend(() => {
            writer = server.sql
            return run(server.jobs)
          }))

      /** The database after every possible crash of the first life. */
      const left = yield* use(scenario.list, (jobs) =>
        Effect.gen(function*() {
          yield* sql()`CREATE TABLE effects (what TEXT NOT NULL)`
          const commits = yield* watchCommits(file)
          yield* jobs.enqueue(Task, {}, Duration.decode(scenario.delay ?? 0))
          yield* TestJobs.settled
          const on = Effect.repeatN(TestJobs.pass("1 second"), 4)
          yield* on
          if (scenario.next !== undefined) {
            yield* scenario.next(jobs)
            yield* on
          }
          expect(scenario.ends).toContain((yield* jobs.get(id)).state)
          return commits
        }).pipe(Effect.scoped, Effect.orDie))
      // accepted, three attempts begun and ended, the end, the reply; some share a commit
      expect(left.length).toBeGreaterThan(5)
      const lastMoment = yield* Clock.currentTimeMillis

      for (const bytes of left) {
        yield* restore(bytes)
        yield* TestClock.setTime(DateTime.toEpochMillis(TestJobs.began))
        yield* use(scenario.listAfter ?? scenario.list, (jobs) =>
          Effect.gen(function*() {
            const before = yield* counts(sql())
            const exists = (yield* sql()`SELECT 1 FROM jobs`).length > 0
            if (!exists) return
            yield* TestClock.setTime(lastMoment)
            const state = yield* TestJobs.pass("1 second").pipe(
              Effect.zipRight(Effect.map(jobs.get(id), ({ state }) => state)),
              Effect.repeat({ until: isOver })
            )
            yield* TestJobs.settled
            expect(scenario.ends).toContain(state)
            const after = yield* counts(sql())
            const isTakenBack = state !== "succeeded"
            // one profile for each run, each undone
            const runs = (yield* jobs.get(id)).run
            expect({
              "mail": after("mail"),
              "profiles that are there": after("profile") - after("no profile"),
              "lists that are there": after("list") - after("no list"),
              "open attempts": after("open attempts"),
              "open messages": after("open messages")
            }).toEqual({
              "mail": state === "cancelled" ? after("mail") : 1,
              "profiles that are there": isTakenBack ? 0 : 1,
              // undoing an entry that never existed is harmless
              "lists that are there": isTakenBack ? -runs : 1,
              "open attempts": 0,
              "open messages": 0
            })
            expect(after("profile")).toBeLessThanOrEqual(runs)
            if (before("known failures") > 0) {
              expect(after("attempts at the list")).toBe(before("attempts at the list"))
            }
          }).pipe(Effect.orDie))
      }
      // at least once, outside the database
      expect(yield* Ref.get(mails)).toBeGreaterThan(0)
    }), 60_000)
})
