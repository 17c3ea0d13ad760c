import { describe, expect, it } from "@effect/vitest"
import { Data, Deferred, Duration, Effect, Exit, Fiber, Option, Ref } from "effect"
import * as Job from "../../../src/platform/jobs/Job.ts"
import * as TestJobs from "../../support/Jobs.ts"
import { activity, refused, Task } from "./tasks.ts"

class Injected extends Data.TaggedError("Injected") {}

/** Makes tasks that note their runs; `rows` counts the jobs and the engine's requests to run one. */
const setting = Effect.fnUntraced(function*(overrides: Parameters<typeof TestJobs.make>[1] = {}) {
  const ran = yield* Ref.make<ReadonlyArray<number>>([])
  const kind = Job.kind(Task, [activity("step", ({ n }) => Ref.update(ran, (all) => [...all, n]))])
  const made = yield* TestJobs.make([kind], overrides)
  const counts = made.reader<{ readonly jobs: number; readonly runs: number }>`SELECT
    (SELECT COUNT(*) FROM jobs) AS jobs,
    (SELECT COUNT(*) FROM cluster_messages WHERE tag = 'run') AS runs`
  return { ...made, ran: Ref.get(ran), rows: Effect.map(counts, ([row]) => row) }
})

describe("acceptance", () => {
  it.scoped("is part of the requesting transaction, and nothing runs before the commit", () =>
    Effect.gen(function*() {
      const { jobs, ran, rows, transaction } = yield* setting()
      const [enqueued, commit] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const change = yield* Effect.fork(transaction(Effect.gen(function*() {
        yield* jobs.enqueue(Task, { n: 1 })
        yield* Deferred.succeed(enqueued, undefined)
        yield* Deferred.await(commit)
      })))
      yield* Deferred.await(enqueued)
      yield* TestJobs.pass("3 seconds")
      expect(yield* rows).toEqual({ jobs: 0, runs: 0 })
      expect(yield* ran).toEqual([])
      yield* Deferred.succeed(commit, undefined)
      yield* Fiber.join(change)
      yield* TestJobs.pass("2 seconds")
      expect(yield* rows).toEqual({ jobs: 1, runs: 1 })
      expect(yield* ran).toEqual([1])
    }))

  it.scoped("leaves nothing of a rolled-back transaction, wherever it fails, and exactly one job of a committed one", () =>
    Effect.gen(function*() {
      const { jobs, ran, rows, transaction, writer: sql } = yield* setting()
      yield* sql`CREATE TABLE changes (n INTEGER)`
      const ends = {
        "before": Effect.void,
        "fail": new Injected(),
        "die": Effect.die("injected"),
        "interrupt": Effect.interrupt
      }
      /** Runs a change and its job in one transaction, one step of which goes wrong. */
      const ask = (n: number, end: keyof typeof ends, step: number) => {
        const at = (here: number) => here === step ? ends[end] : Effect.void
        return transaction(Effect.gen(function*() {
          yield* at(0)
          yield* sql`INSERT INTO changes (n) VALUES (${n})`
          yield* at(1)
          yield* jobs.enqueue(Task, { n })
          yield* at(2)
        })).pipe(Effect.exit, Effect.fork, Effect.flatMap(Fiber.join))
      }
      let n = 0
      const committed: Array<number> = []
      for (const end of ["fail", "die", "interrupt", "before"] as const) {
        for (const step of [0, 1, 2]) {
          const exit = yield* ask(++n, end, step)
          if (Exit.isSuccess(exit)) committed.push(n)
        }
      }
      expect(committed).toHaveLength(3)
      yield* TestJobs.pass("2 seconds")
      expect((yield* ran).toSorted()).toEqual(committed)
      expect(yield* rows).toEqual({ jobs: 3, runs: 3 })
      const changed = yield* sql<{ n: number }>`SELECT n FROM changes ORDER BY n`
      expect(changed.map(({ n }) => n)).toEqual(committed)
    }))

  it.scoped("is undone alone in a savepoint, and the outer transaction goes on", () =>
    Effect.gen(function*() {
      const { jobs, ran, rows, transaction } = yield* setting()
      yield* transaction(Effect.gen(function*() {
        yield* jobs.enqueue(Task, { n: 1 })
        yield* Effect.exit(transaction(Effect.zipRight(jobs.enqueue(Task, { n: 2 }), new Injected())))
        yield* jobs.enqueue(Task, { n: 3 })
      }))
      yield* TestJobs.pass("2 seconds")
      expect((yield* ran).toSorted()).toEqual([1, 3])
      expect(yield* rows).toEqual({ jobs: 2, runs: 2 })
    }))

  it.scoped("is refused at the limit of unfinished jobs, and possible again below it", () =>
    Effect.gen(function*() {
      const { jobs } = yield* setting({ jobsMaxUnfinished: 2 })
      const ask = jobs.enqueue(Task, { n: 1 })
      yield* ask
      yield* ask
      expect(yield* Effect.flip(ask)).toMatchObject({ what: { name: "jobs" }, retry_after: 5 })
      yield* TestJobs.settled
      yield* ask
    }))

  it.scoped("of delayed jobs has its own bound, which leaves half of all places to others", () =>
    Effect.gen(function*() {
      const { jobs } = yield* setting({ jobsMaxUnfinished: 5 })
      const later = jobs.enqueue(Task, { n: 1 }, Duration.seconds(3))
      for (const _ of [1, 2, 3]) yield* later
      expect(yield* Effect.flip(later)).toMatchObject({ what: { name: "delayed jobs" }, retry_after: 5 })
      yield* jobs.enqueue(Task, { n: 2 })
      yield* jobs.enqueue(Task, { n: 3 })
      yield* TestJobs.pass("4 seconds")
      yield* later
    }))

  it.scoped("of delayed jobs is possible again once one is cancelled", () =>
    Effect.gen(function*() {
      const { jobs } = yield* setting({ jobsMaxDelayed: Option.some(1) })
      const { id } = yield* jobs.enqueue(Task, { n: 1 }, Duration.days(7))
      expect((yield* Effect.flip(jobs.enqueue(Task, { n: 2 }, Duration.seconds(1)))).what.name).toBe("delayed jobs")
      yield* jobs.cancel(id)
      yield* jobs.enqueue(Task, { n: 2 }, Duration.seconds(1))
    }))

  it.scoped("of a retry takes the last free place, and fails beyond it", () =>
    Effect.gen(function*() {
      const { jobs } = yield* TestJobs.make([
        Job.kind(Task, [activity("step", ({ n }) => n === 0 ? refused : Effect.never)])
      ], { jobsMaxUnfinished: 2 })
      const dead = [yield* jobs.enqueue(Task, { n: 0 }), yield* jobs.enqueue(Task, { n: 0 })]
      yield* TestJobs.settled
      yield* jobs.enqueue(Task, { n: 1 })
      const [first, second] = dead.map(({ id }) => jobs.retry(id))
      expect(yield* first ?? expect.fail()).toMatchObject({ run: 2 })
      expect(yield* Effect.flip(second ?? expect.fail())).toMatchObject({ what: { name: "jobs" }, retry_after: 5 })
    }))
})
