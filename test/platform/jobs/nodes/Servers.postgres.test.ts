import { expect, it } from "@effect/vitest"
import { DateTime, Effect, Option, Queue, Stream } from "effect"
import type { NodesNow } from "../../../../src/platform/jobs/Nodes.ts"
import { describePostgres, migrated } from "../../../support/postgres.ts"
import { Task } from "../tasks.ts"
import { holding, many, type Node, shared, start } from "./nodes.ts"

/** Watches the servers until something holds of them. */
const untilNodes = ({ nodes }: Node, holds: (now: NodesNow) => boolean) =>
  Effect.map(Stream.runHead(Stream.filter(nodes.watch, holds)), Option.getOrThrow)

describePostgres("the servers of a database", () => {
  it.scopedLive("are listed by each of them with their shards and what they run, and who goes on with it", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const begun = yield* Queue.unbounded<number>()
      const a = yield* start(url, [holding(begun)])
      const b = yield* start(url, [holding(begun)])
      yield* shared(a, b)
      yield* Effect.forEach(many, (n) => b.jobs.enqueue(Task, { n }))
      yield* Queue.takeN(begun, many.length)
      const { nodes, shards, takeovers } = yield* a.nodes.list
      expect([shards, takeovers]).toEqual([12, []])
      expect(nodes.map(({ id, is_this, state }) => [id, is_this, state])).toEqual([
        [b.server, false, "alive"],
        [a.server, true, "alive"]
      ])
      expect(nodes.map(({ shards }) => shards)).toEqual(yield* Effect.all([b.shards, a.shards]))
      expect(nodes.map(({ running }) => running).reduce((sum, count) => sum + count)).toBe(many.length)
      expect(nodes[0]).toMatchObject({ pid: process.pid, version: "0.1.0" })
      expect(nodes[0]?.attempts[0]).toMatchObject({ kind: "task", activity: "step", attempt: 1 })

      const taken = nodes[0]?.running ?? 0
      const watched = yield* Effect.fork(
        untilNodes(a, ({ nodes: [only, more] }) => only?.running === many.length && more === undefined)
      )
      yield* b.stop
      yield* Queue.takeN(begun, taken)
      const after = yield* watched
      expect(after.takeovers).toHaveLength(taken)
      expect(new Set(after.takeovers.map(({ from, reason, to }) => `${from} ${reason} ${to}`))).toEqual(
        new Set([`${b.server} stopped ${a.server}`])
      )
      expect(after.takeovers.every(({ gap_ms }) => gap_ms !== null)).toBe(true)
    }))

  it.scopedLive("share out anew what one of them runs once another one comes", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const begun = yield* Queue.unbounded<number>()
      const a = yield* start(url, [holding(begun)])
      yield* shared(a)
      yield* Effect.forEach(many, (n) => a.jobs.enqueue(Task, { n }))
      yield* Queue.takeN(begun, many.length)
      const b = yield* start(url, [holding(begun)])
      yield* shared(a, b)
      yield* Queue.take(begun)
      const { takeovers } = yield* untilNodes(b, ({ takeovers }) => takeovers.length > 0)
      expect(takeovers[0]).toMatchObject({ from: a.server, to: b.server, reason: "moved", gap_ms: expect.any(Number) })
    }))

  it.scopedLive("are silent, then gone, and their jobs count from the last sign of life", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const begun = yield* Queue.unbounded<number>()
      const { attempts, jobs, nodes, repo, server, writer: sql } = yield* start(url, [holding(begun)])
      const { id } = yield* jobs.enqueue(Task, { n: 1 })
      yield* Queue.take(begun)
      const dead = "elsewhere/7/x"
      const seen = (seconds: number) =>
        sql`UPDATE cluster_runners SET last_heartbeat = NOW() - ${seconds} * INTERVAL '1 second'
          WHERE address = ${`${dead}:1`}`
      yield* sql`INSERT INTO servers (id, version, started_at) VALUES (${dead}, '0.0.9', 0)`
      yield* sql`INSERT INTO cluster_runners (address, runner) VALUES (${`${dead}:1`}, 'unread')`
      yield* sql`UPDATE job_attempts SET server = ${dead}`
      const state = Effect.map(nodes.list, ({ nodes }) => nodes.find(({ id }) => id === dead)?.state)
      expect(yield* state).toBe("alive")
      yield* seen(5)
      expect(yield* state).toBe("silent")
      yield* seen(8)
      const gone = yield* nodes.list
      expect(gone.nodes.find(({ id }) => id === dead)).toMatchObject({
        host: "elsewhere",
        pid: 7,
        version: "0.0.9",
        state: "gone",
        shards: 0,
        running: 1,
        attempts: [{ job_id: id }]
      })
      // the server here starts the run anew, as it does after it has got the shard
      yield* repo.start(id, 1)
      expect(yield* attempts.takeOver({ id, run: 1 })).toBe(true)
      yield* attempts.begin({ id, run: 1, claim: 2 }, "step")
      expect(yield* attempts.takeOver({ id, run: 1 })).toBe(false)
      const { nodes: listed, takeovers } = yield* nodes.list
      expect(takeovers).toMatchObject([{ from: dead, to: server, reason: "silent", job_id: id, kind: "task" }])
      const [taken] = takeovers
      const [left, resumed] = [taken?.left_at, taken?.resumed_at].map((at) =>
        DateTime.toEpochMillis(at ?? DateTime.unsafeMake(0))
      )
      expect(taken?.gap_ms).toBe((resumed ?? 0) - (left ?? 0))
      expect(taken?.gap_ms).toBeGreaterThanOrEqual(8000)
      expect(listed.map(({ id, running }) => [id, running])).toEqual([[server, 1], [dead, 0]])
      yield* seen(4000)
      expect(yield* state).toBe(undefined)
      yield* seen(0)
      yield* sql`UPDATE servers SET stopped_at = 1 WHERE id = ${dead}`
      expect(yield* state).toBe("stopping")
    }))
})
