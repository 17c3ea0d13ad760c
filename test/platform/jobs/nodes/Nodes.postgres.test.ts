import { expect, it } from "@effect/vitest"
import { Chunk, Deferred, Duration, Effect, Exit, Fiber, Option, Queue, Stream } from "effect"
import { faultyNetwork } from "../../../../scripts/harness/faultyNetwork.ts"
import { ask } from "../../../../scripts/harness/postgresClient.ts"
import * as Job from "../../../../src/platform/jobs/Job.ts"
import type { Jobs } from "../../../../src/platform/jobs/Jobs.ts"
import { LostClaim } from "../../../../src/platform/jobs/record/Claim.ts"
import { NotReady } from "../../../../src/platform/lifecycle/NotReady.ts"
import { failureOf } from "../../../support/exits.ts"
import { describePostgres, locked, migrated, untilBlocked } from "../../../support/postgres.ts"
import { until } from "../../../support/until.ts"
import { activity, Task } from "../tasks.ts"
import { holding, many, shared, start } from "./nodes.ts"

const ended = (jobs: Jobs["Type"], id: Job.JobId) =>
  Effect.map(Stream.runCollect(jobs.watch(id)), (all) => Chunk.unsafeLast(all).state)

/** A kind whose activity tells where it runs. */
const telling = (ran: Queue.Enqueue<string>, node: string) =>
  Job.kind(Task, [activity("step", () => Effect.asVoid(Queue.offer(ran, node)))])

describePostgres("servers on one database", () => {
  it.scopedLive("share the jobs that one of them accepts, and each sees their ends", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const ran = yield* Queue.unbounded<string>()
      const a = yield* start(url, [telling(ran, "a")])
      const b = yield* start(url, [telling(ran, "b")])
      yield* shared(a, b)
      const ids = yield* Effect.forEach(many, (n) => a.jobs.enqueue(Task, { n }))
      expect(new Set(yield* Effect.forEach(ids, ({ id }) => ended(b.jobs, id)))).toEqual(new Set(["succeeded"]))
      const where = Chunk.toReadonlyArray(yield* Queue.takeAll(ran))
      expect(where).toHaveLength(many.length)
      expect(new Set(where)).toEqual(new Set(["a", "b"]))
    }))

  it.scopedLive("cancel, and run again, the jobs of each other", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const begun = yield* Queue.unbounded<number>()
      const a = yield* start(url, [holding(begun)])
      const b = yield* start(url, [holding(begun)])
      yield* shared(a, b)
      const ids = yield* Effect.forEach(many, (n) => a.jobs.enqueue(Task, { n }))
      yield* Queue.takeN(begun, many.length)
      for (const { id } of ids) yield* b.jobs.cancel(id)
      expect(new Set(yield* Effect.forEach(ids, ({ id }) => ended(a.jobs, id)))).toEqual(new Set(["cancelled"]))
      for (const { id } of ids) expect((yield* a.jobs.retry(id)).run).toBe(2)
      yield* Queue.takeN(begun, many.length)
    }))

  it.scopedLive("leave a job of an unknown kind to the one that knows it", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const ran = yield* Queue.unbounded<string>()
      const old = yield* start(url, [])
      const next = yield* start(url, [telling(ran, "next")])
      yield* shared(old, next)
      const ids = yield* Effect.forEach(many, (n) => next.jobs.enqueue(Task, { n }))
      yield* Queue.take(ran)
      yield* old.stop
      expect(new Set(yield* Effect.forEach(ids, ({ id }) => ended(next.jobs, id)))).toEqual(new Set(["succeeded"]))
    }))

  it.scopedLive("start one chain of a recurring job together", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const recurring = Job.kind(Job.type("maintenance", Task.payload), [], { every: Duration.hours(1) })
      const begin = start(url, [recurring])
      const [{ writer: sql }] = yield* Effect.all([begin, begin, begin], { concurrency: "unbounded" })
      expect(yield* sql`SELECT kind, state FROM jobs`).toEqual([{ kind: "maintenance", state: "waiting" }])
    }))

  it.scopedLive("change nothing more of a run that another one has started", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const begun = yield* Queue.unbounded<number>()
      const release = yield* Deferred.make<void>()
      const written = yield* Queue.unbounded<number>()
      const kind = Job.kind(Task, [{
        ...activity("step", ({ n }) => Effect.zipRight(Queue.offer(begun, n), Deferred.await(release))),
        commit: ({ n }) => Effect.asVoid(Queue.offer(written, n))
      }])
      const { attempts, jobs, repo, transaction, writer: sql } = yield* start(url, [kind])
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* Queue.take(begun)
      // the other server's start comes at the moment at which this one records the end of its work
      yield* transaction(Effect.gen(function*() {
        yield* repo.findLocked(id)
        yield* Deferred.succeed(release, undefined)
        yield* untilBlocked(sql)
        yield* repo.start(id, 1)
      }))
      yield* Effect.repeat(
        sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`,
        { until: (open) => open.length === 0 }
      )
      const late = yield* Effect.exit(attempts.begin({ id, run: 1, claim: 1 }, "step"))
      expect(failureOf(late)).toEqual(new LostClaim())
      expect(Exit.isSuccess(yield* Effect.exit(attempts.begin({ id, run: 1, claim: 2 }, "step")))).toBe(true)
      expect(yield* sql`SELECT attempt, outcome FROM job_attempts ORDER BY attempt`).toEqual([
        { attempt: 1, outcome: "lost" },
        { attempt: 2, outcome: null }
      ])
      expect(yield* Queue.size(written)).toBe(0)
      expect((yield* jobs.get(id)).state).toBe("running")
    }))

  it.scopedLive("are not ready while cut off from it, and are again afterwards, with jobs of their own", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const network = yield* faultyNetwork(url)
      const ran = yield* Queue.unbounded<string>()
      const a = yield* start(network.url, [telling(ran, "a")])
      const b = yield* start(url, [telling(ran, "b")])
      yield* shared(a, b)
      yield* a.ready
      yield* network.cut
      const notReady = yield* until(Effect.exit(a.ready), Exit.isFailure)
      expect(failureOf(notReady)).toEqual(new NotReady({ reason: "database" }))
      yield* b.ready
      // all jobs are taken over
      yield* until(b.shards, (count) => count === 12)
      expect(yield* a.shards).toBe(0)
      yield* network.mend
      yield* until(Effect.exit(a.ready), Exit.isSuccess)
      yield* shared(a, b)
      const ids = yield* Effect.forEach(many, (n) => a.jobs.enqueue(Task, { n }))
      expect(new Set(yield* Effect.forEach(ids, ({ id }) => ended(b.jobs, id)))).toEqual(new Set(["succeeded"]))
      expect(new Set(yield* Queue.takeAll(ran))).toEqual(new Set(["a", "b"]))
    }))

  it.scopedLive("let watchers wait while the database is away", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const network = yield* faultyNetwork(url)
      const begun = yield* Queue.unbounded<number>()
      const a = yield* start(network.url, [])
      const b = yield* start(url, [holding(begun)])
      yield* shared(a, b)
      const { id } = yield* b.jobs.enqueue(Task, { n: 1 }, Duration.hours(1))
      const states = yield* Queue.unbounded<string>()
      const watcher = yield* Effect.fork(
        Stream.runForEach(a.jobs.watch(id), ({ state }) => Queue.offer(states, state))
      )
      expect(yield* Queue.take(states)).toBe("waiting")
      yield* Effect.scoped(Effect.gen(function*() {
        yield* locked(url, "jobs")
        yield* ask(url, "SELECT pg_notify('barista_jobs', '')")
        yield* untilBlocked(b.writer)
        yield* network.cut
        yield* until(Effect.exit(a.reader`SELECT 1`), Exit.isFailure)
      }))
      yield* network.mend
      yield* b.jobs.cancel(id)
      yield* Fiber.join(watcher)
      expect(yield* Queue.takeAll(states).pipe(Effect.map(Chunk.last))).toEqual(Option.some("cancelled"))
    }))
})
