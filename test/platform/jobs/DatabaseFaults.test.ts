import { SqlError } from "@effect/sql"
import { expect, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { Array, type Context, Duration, Effect, Fiber, Ref, Schema } from "effect"
import * as Job from "../../../src/platform/jobs/Job.ts"
import type { Database } from "../../../src/platform/sql/Database.ts"
import { isPassing } from "../../../src/platform/sql/DatabaseUnavailable.ts"
import { orDefect } from "../../../src/platform/sql/orDefect.ts"
import type { Policy } from "../../../src/policy/Policy.ts"
import { failureOf } from "../../support/exits.ts"
import * as TestJobs from "../../support/Jobs.ts"
import { makeFile } from "./lives.ts"
import { activity, refused, states, Task } from "./tasks.ts"

type Sql = Context.Tag.Service<Database>["writer"]

/** A policy without a second attempt: a fault of the database is no failure of the activity. */
const once: Policy = { retry: { attempts: 1, backoff: { kind: "constant", base: Duration.seconds(1) } } }

const faults: Readonly<
  Record<string, (file: string, sql: Sql) => Effect.Effect<{ readonly end: Effect.Effect<unknown> }>>
> = {
  "is locked by another program": (file) =>
    Effect.sync(() => {
      const other = new Sqlite(file)
      other.exec("BEGIN IMMEDIATE")
      return { end: Effect.sync(() => other.close()) }
    }),
  "has no room": (_file, sql) =>
    orDefect(Effect.gen(function*() {
      const [pages] = yield* sql<{ readonly page_count: number }>`PRAGMA page_count`
      yield* sql`PRAGMA max_page_count = ${sql.literal(String(pages?.page_count))}`
      return { end: orDefect(sql`PRAGMA max_page_count = 1073741823`) }
    }))
}

/** Asserts that no work is left for a restart. */
const nothingIsOpen = (sql: Sql) =>
  Effect.map(
    orDefect(sql`SELECT
      (SELECT COUNT(*) FROM jobs WHERE state IN ('waiting', 'running')) AS jobs,
      (SELECT COUNT(*) FROM job_attempts WHERE outcome IS NULL) AS attempts,
      (SELECT COUNT(*) FROM cluster_messages WHERE processed = 0) AS messages`),
    ([row]) => expect(row).toEqual({ jobs: 0, attempts: 0, messages: 0 })
  )

const moments = ["before it is due", "while it works", "when its work is done"] as const

it.scoped.each(
  Object.keys(faults).flatMap((fault) => moments.map((moment) => [fault, moment] as const))
)(
  "a job continues once, and frees its place, after the database %s %s",
  ([fault, moment]) =>
    Effect.gen(function*() {
      yield* TestJobs.begin
      const { file, live } = yield* makeFile
      const ran = yield* Ref.make(0)
      let sql: Sql | undefined
      const kind = Job.kind(Task, [{
        name: "step",
        policy: "upstream",
        run: () => Effect.zipRight(Effect.sleep("2 seconds"), Ref.update(ran, (n) => n + 1)),
        // more than one page, so that the row does not fit on a full disk
        commit: ({ n }) =>
          sql === undefined
            ? Effect.dieMessage("none")
            : orDefect(sql`INSERT INTO effects (n, room) VALUES (${n}, zeroblob(9000))`)
      }])
      yield* live([[kind], { jobsConcurrency: 2 }, once], (server) =>
        Effect.gen(function*() {
          sql = server.sql
          yield* sql`CREATE TABLE effects (n INTEGER, room BLOB)`
          for (const n of Array.range(1, 4)) yield* server.jobs.enqueue(Task, { n }, Duration.seconds(n > 2 ? 0 : 1))
          const before = { "before it is due": 0, "while it works": 2_500, "when its work is done": 3_400 }[moment]
          yield* TestJobs.pass(Duration.millis(before))
          const { end } = yield* (faults[fault] ?? expect.fail())(file, sql)
          yield* Effect.repeatN(TestJobs.pass("1 second"), 3)
          yield* end
          yield* Effect.repeatN(TestJobs.pass("2 seconds"), 8)
          expect(yield* states(server.jobs)).toEqual(["succeeded", "succeeded", "succeeded", "succeeded"])
          expect(yield* sql`SELECT n, COUNT(*) AS times FROM effects GROUP BY n`).toEqual(
            Array.makeBy(4, (n) => ({ n: n + 1, times: 1 }))
          )
          expect(yield* sql`SELECT DISTINCT attempt, outcome FROM job_attempts`).toEqual([
            { attempt: 1, outcome: "succeeded" }
          ])
          expect(yield* Ref.get(ran)).toBe(4)
          yield* nothingIsOpen(sql)
        }).pipe(Effect.orDie))
    })
)

it.scoped("the chain of a recurring job, which works in the database, survives a long lock", () =>
  Effect.gen(function*() {
    yield* TestJobs.begin
    const { file, live } = yield* makeFile
    let sql: Sql | undefined
    const Upkeep = Job.type("upkeep", Schema.Struct({}))
    const kind = Job.kind(Upkeep, [{
      name: "remove",
      policy: "upstream",
      run: () => sql === undefined ? Effect.dieMessage("none") : Effect.asVoid(orDefect(sql`DELETE FROM effects`))
    }], { every: Duration.seconds(30) })
    yield* live([[kind], {}, once], (server) =>
      Effect.gen(function*() {
        sql = server.sql
        yield* sql`CREATE TABLE effects (n INTEGER)`
        yield* TestJobs.pass("28 seconds")
        const { end } = yield* (faults["is locked by another program"] ?? expect.fail())(file, sql)
        yield* Effect.repeatN(TestJobs.pass("2 seconds"), 4)
        yield* end
        yield* Effect.repeatN(TestJobs.pass("3 seconds"), 4)
        expect(yield* states(server.jobs)).toEqual(["waiting", "succeeded"])
      }).pipe(Effect.orDie))
  }))

it.scoped("a cancellation, a retry and a new job fail as a whole while the database is locked, and work afterwards", () =>
  Effect.gen(function*() {
    yield* TestJobs.begin
    const { file, live } = yield* makeFile
    const kind = Job.kind(Task, [activity("step", ({ n }) => n === 0 ? refused : Effect.never)])
    yield* live([[kind]], ({ jobs, sql }) =>
      Effect.gen(function*() {
        const dead = yield* jobs.enqueue(Task, { n: 0 })
        const running = yield* jobs.enqueue(Task, { n: 1 })
        const delayed = yield* jobs.enqueue(Task, { n: 1 }, Duration.minutes(1))
        yield* TestJobs.settled
        const before = yield* states(jobs)
        const steps = [
          jobs.cancel(running.id),
          jobs.cancel(delayed.id),
          jobs.retry(dead.id),
          jobs.enqueue(Task, { n: 1 })
        ]
        const { end } = yield* (faults["is locked by another program"] ?? expect.fail())(file, sql)
        for (const step of steps) {
          const trying = yield* Effect.fork(Effect.exit(step))
          yield* TestJobs.pass("1 second")
          const exit = yield* Fiber.join(trying)
          expect(isPassing(failureOf(exit))).toBe(true)
        }
        yield* end
        yield* TestJobs.pass("1 second")
        expect(yield* states(jobs)).toEqual(before)
        expect((yield* jobs.get(running.id)).cancel_requested).toBe(false)
        for (const step of steps) yield* step
        yield* TestJobs.pass("1 second")
        expect(yield* states(jobs)).toEqual(["running", "cancelled", "cancelled", "failed"])
      }).pipe(Effect.orDie))
  }))

it.scoped.each(["run", "commit"] as const)(
  "a fault of the database inside an activity (%s) is no failed attempt",
  (part) =>
    Effect.gen(function*() {
      const full = new SqlError.SqlError({ cause: Object.assign(new Error("full"), { code: "SQLITE_FULL" }) })
      const tries = yield* Ref.make(0)
      const faulty = () =>
        Effect.flatMap(Ref.updateAndGet(tries, (n) => n + 1), (n) => n === 1 ? Effect.die(full) : Effect.void)
      const kind = Job.kind(Task, [
        part === "run"
          ? { name: "step", policy: "upstream", run: faulty }
          : { name: "step", policy: "upstream", run: () => Effect.void, commit: faulty }
      ])
      const { jobs } = yield* TestJobs.make([kind], {}, once)
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* TestJobs.pass("2 seconds")
      const done = yield* jobs.get(id)
      expect(done.state).toBe("succeeded")
      // completed work is not repeated
      expect(TestJobs.outcomes(done)).toEqual({ step: part === "run" ? ["lost", "succeeded"] : ["succeeded"] })
    })
)
