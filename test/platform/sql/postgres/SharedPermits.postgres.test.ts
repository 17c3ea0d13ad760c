import { expect, it } from "@effect/vitest"
import { Cause, Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Logger, Queue, Scope, TestClock } from "effect"
import { ask } from "../../../../scripts/harness/postgresClient.ts"
import { AppConfig } from "../../../../src/AppConfig.ts"
import { Batch } from "../../../../src/batch/Batch.ts"
import { isPassing } from "../../../../src/platform/sql/DatabaseUnavailable.ts"
import { ConnectionLost, failed } from "../../../../src/platform/sql/postgres/Answers.ts"
import * as PermitLocks from "../../../../src/platform/sql/postgres/PermitLocks.ts"
import { opening } from "../../../../src/platform/sql/postgres/Session.ts"
import { Policies } from "../../../../src/policy/Policies.ts"
import { failureOf } from "../../../support/exits.ts"
import { describePostgres, endSessions, layerOf, migrated, placeOf } from "../../../support/postgres.ts"
import * as Proxy from "../../../support/postgresProxy.ts"
import { spanCounter } from "../../../support/spans.ts"

/** Short, but for a silence that outlasts the others also on a busy machine. */
const short = { heartbeat: Duration.millis(50), answerTimeout: Duration.millis(500), silence: Duration.seconds(3) }

const quiet = Effect.provide(Logger.remove(Logger.defaultLogger))

/** A server that shares one permit with the others of a database, until the scope closes. */
const server = (url: string, times?: PermitLocks.Times) =>
  Effect.map(
    PermitLocks.make(opening(placeOf(url), Duration.seconds(5)), times)("test", 1).pipe(quiet),
    (sharing) => sharing({ withPermit: (effect) => effect }).withPermit
  )

/** Operations that tell as they begin and end, and that run until they are told to end. */
const operations = Effect.map(Queue.unbounded<string>(), (told) => {
  const ends = new Map<string, Deferred.Deferred<void>>()
  return {
    told: Queue.take(told),
    operation: (name: string) =>
      Effect.flatMap(Deferred.make<void>(), (end) => {
        ends.set(name, end)
        return Effect.zipRight(Queue.offer(told, name), Deferred.await(end)).pipe(
          Effect.onInterrupt(() => Queue.offer(told, `${name} is interrupted`))
        )
      }),
    end: (name: string) =>
      Effect.suspend(() => {
        const end = ends.get(name)
        return end === undefined ? Effect.dieMessage(`${name} has not begun`) : Deferred.succeed(end, undefined)
      })
  }
})

/** Waits until a session has the turn, and so many others wait for it. */
const untilTurn = (url: string, waiting: number) =>
  Effect.repeat(
    ask(
      url,
      `SELECT granted FROM pg_locks JOIN pg_database ON pg_database.oid = database
       WHERE datname = current_database() AND locktype = 'advisory' AND objid = 0`
    ),
    { until: (locks) => locks.length === waiting + 1 && locks.some(({ granted }) => granted === true) }
  )

describePostgres("permits of all servers", () => {
  it.scopedLive("bound the items that run at once on two servers", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const { spans, tracer } = yield* spanCounter("Batch.processItem")
      const batchOf = Effect.map(
        Layer.build(
          Batch.layer.pipe(
            Layer.provide(Policies.layerWith({ batch: { concurrency: 3 } })),
            Layer.provide(layerOf(url)),
            Layer.provide(AppConfig.layerWith({ batchItemDuration: Duration.millis(20) }))
          )
        ),
        Context.get(Batch)
      )
      const batches = [yield* batchOf, yield* batchOf]
      const items = Array.from({ length: 15 }, (_, n) => `item ${n}`)
      const results = yield* Effect.forEach(batches, ({ process }) => process(items), { concurrency: 2 }).pipe(
        Effect.withTracer(tracer)
      )
      expect(results.flat()).toEqual([...items, ...items].map((item) => `Processed: ${item}`))
      expect(spans).toEqual({ active: 0, most: 3, started: 30 })
    }))

  it.scopedLive("go to the server that waits, although the one before has more to do", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const { end, operation, told } = yield* operations
      const [a, b] = [yield* server(url), yield* server(url)]
      yield* Effect.forkScoped(a(operation("a1")))
      expect(yield* told).toBe("a1")
      yield* Effect.forkScoped(a(operation("a2")))
      yield* Effect.forkScoped(a(operation("a3")))
      yield* untilTurn(url, 0)
      yield* Effect.forkScoped(b(operation("b1")))
      yield* untilTurn(url, 1)
      for (const [ended, next] of [["a1", "a2"], ["a2", "b1"], ["b1", "a3"]] as const) {
        yield* end(ended)
        expect(yield* told).toBe(next)
      }
    }))

  it.scopedLive("are given back by an operation that fails, that is interrupted, or that never began", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const { end, operation, told } = yield* operations
      const [a, b] = [yield* server(url), yield* server(url)]
      expect(failureOf(yield* Effect.exit(a(Effect.fail("refused"))))).toBe("refused")
      const running = yield* Effect.fork(a(operation("a1")))
      expect(yield* told).toBe("a1")
      const waiting = yield* Effect.fork(b(operation("b1")))
      yield* untilTurn(url, 0)
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(running)
      expect(yield* told).toBe("a1 is interrupted")
      const last = yield* Effect.fork(b(operation("b2")))
      expect(yield* told).toBe("b2")
      yield* end("b2")
      yield* Fiber.join(last)
    }))

  it.scopedLive("are free once their server has stopped", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const { operation, told } = yield* operations
      const scope = yield* Scope.make()
      const a = yield* Scope.extend(server(url), scope)
      const b = yield* server(url)
      const running = yield* Effect.forkScoped(a(operation("a1")))
      expect(yield* told).toBe("a1")
      yield* Effect.forkScoped(b(operation("b1")))
      yield* untilTurn(url, 0)
      yield* Scope.close(scope, Exit.void)
      // the server's end has lost the permit, so the operation may not go on
      expect([yield* told, yield* told].sort()).toEqual(["a1 is interrupted", "b1"])
      yield* Fiber.interrupt(running)
    }))

  it.scopedLive("that are lost with their session interrupt the operation, which begins again", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const { end, operation, told } = yield* operations
      const a = yield* server(url)
      const running = yield* Effect.fork(a(operation("a1")))
      for (const _ of [1, 2]) {
        expect(yield* told).toBe("a1")
        yield* endSessions(url)
        expect(yield* told).toBe("a1 is interrupted")
      }
      expect(yield* told).toBe("a1")
      yield* end("a1")
      yield* Fiber.join(running)
    }))

  it.scopedLive("leave a server that is cut off, which interrupts what runs before another one begins", () =>
    Effect.gen(function*() {
      const url = yield* migrated
      const { end, operation, told } = yield* operations
      const proxy = yield* Proxy.make(url)
      const [a, b] = [yield* server(proxy.url, short), yield* server(url)]
      const cutOff = yield* Effect.forkScoped(a(operation("a1")))
      expect(yield* told).toBe("a1")
      yield* Effect.forkScoped(b(operation("b1")))
      yield* untilTurn(url, 0)
      proxy.hold()
      proxy.decide(() => "keep")
      expect([yield* told, yield* told]).toEqual(["a1 is interrupted", "b1"])
      proxy.decide(() => "pass")
      proxy.letGo()
      yield* end("b1")
      expect(yield* told).toBe("a1")
      yield* end("a1")
      yield* Fiber.join(cutOff)
    }))

  it.scoped("fail as the database does, once it has been away for ten seconds, and then at once", () =>
    Effect.gen(function*() {
      const gone = failed(new ConnectionLost({ reason: "refused" }))
      const sharing = yield* PermitLocks.make(() => Effect.fail(gone))("test", 1).pipe(quiet)
      const { withPermit } = sharing({ withPermit: (effect) => effect })
      const first = yield* Effect.fork(Effect.exit(withPermit(Effect.void)))
      yield* TestClock.adjust("9500 millis")
      expect(first.unsafePoll()).toBe(null)
      yield* TestClock.adjust("1 second")
      const exit = yield* Fiber.join(first)
      expect(Exit.isFailure(exit) && Cause.isDie(exit.cause) && isPassing(failureOf(exit))).toBe(true)
      yield* TestClock.adjust("1 second")
      expect(isPassing(failureOf(yield* Effect.exit(withPermit(Effect.void))))).toBe(true)
    }))
})
