import { describe, expect, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Option, Scope } from "effect"
import { fileURLToPath } from "node:url"
import { MessageChannel, type MessagePort } from "node:worker_threads"
import { term } from "../../../src/domain/Term.ts"
import * as WorkerPool from "../../../src/platform/workers/WorkerPool.ts"
import { forkToFirstWait } from "../../support/fibers.ts"

type Calls = {
  readonly echo: { readonly input: string; readonly answer: string }
  readonly echoed: { readonly input: undefined; readonly answer: ReadonlyArray<string> }
  readonly threadId: { readonly input: undefined; readonly answer: number }
  readonly crash: { readonly input: undefined; readonly answer: never }
  readonly exit: { readonly input: undefined; readonly answer: never }
  readonly hold: {
    readonly input: { readonly release: Int32Array; readonly running: MessagePort }
    readonly answer: void
  }
}

const threads = (options: Partial<WorkerPool.Options> = {}) =>
  WorkerPool.make<Calls>({
    name: term("thread de test", "test thread"),
    file: fileURLToPath(new URL("./thread.mjs", import.meta.url)),
    threads: 1,
    places: 64,
    ...options
  })

/** Occupies a thread until released or interrupted; returns once the thread is blocked. */
const hold = (pool: WorkerPool.WorkerPool<Calls>) =>
  Effect.gen(function*() {
    const release = new Int32Array(new SharedArrayBuffer(4))
    const { port1, port2 } = new MessageChannel()
    const running = yield* Deferred.make<void>()
    const gone = yield* Deferred.make<void>()
    port1.once("message", () => Deferred.unsafeDone(running, Exit.void))
    port1.once("close", () => Deferred.unsafeDone(gone, Exit.void))
    const fiber = yield* Effect.forkDaemon(pool.call("hold", { release, running: port2 }, { transfer: [port2] }))
    yield* Deferred.await(running)
    const free = Effect.sync(() => {
      Atomics.store(release, 0, 1)
      Atomics.notify(release, 0)
    })
    return { fiber, free, gone: Deferred.await(gone) }
  })

const defectOf = <A, E>(exit: Exit.Exit<A, E>) =>
  Option.flatMap(Exit.causeOption(exit), Cause.dieOption).pipe(Option.getOrUndefined)

/** Forks an effect and lets its fiber reach its place in the queue. */
describe("WorkerPool", () => {
  it.scoped("runs calls one after another in order of arrival", () =>
    Effect.gen(function*() {
      const pool = yield* threads()
      const held = yield* hold(pool)
      const fibers = yield* Effect.forEach(
        ["a", "b", "c"],
        (word) => forkToFirstWait(pool.call("echo", word)),
        { concurrency: 1 }
      )
      expect(yield* pool.stats).toEqual({ waiting: 3, running: 1 })
      yield* held.free
      yield* Effect.forEach(fibers, Fiber.join, { concurrency: 1 })
      expect(yield* pool.call("echoed", undefined)).toEqual(["a", "b", "c"])
      expect(yield* pool.stats).toEqual({ waiting: 0, running: 0 })
    }))

  it.scoped("lets requests and accepted work take turns; accepted work waits when the queue is full", () =>
    Effect.gen(function*() {
      const pool = yield* threads({ places: 4 })
      const held = yield* hold(pool)
      const requests = yield* Effect.forEach(["r1", "r2", "r3"], (word) => forkToFirstWait(pool.call("echo", word)), {
        concurrency: 1
      })
      expect(yield* Effect.flip(pool.call("echo", "refused"))).toMatchObject({ _tag: "Overloaded" })
      const work = yield* Effect.forEach(
        ["w1", "w2", "leaves", "w3", "w4", "w5"],
        (word) => forkToFirstWait(pool.callPatiently("echo", word)),
        { concurrency: 1 }
      )
      expect(yield* pool.stats).toEqual({ waiting: 9, running: 1 })
      for (const leaving of work.slice(2, 3)) yield* Fiber.interrupt(leaving)
      yield* held.free
      yield* Effect.forEach(requests, Fiber.join, { concurrency: 1 })
      yield* Effect.forEach([...work.slice(0, 2), ...work.slice(3)], Fiber.join, { concurrency: 1 })
      // the call that held the thread was a request's
      expect(yield* pool.call("echoed", undefined)).toEqual(["w1", "r1", "w2", "r2", "w3", "r3", "w4", "w5"])
    }))

  it.scoped("never delays the turn of accepted work, whatever requests come meanwhile", () =>
    Effect.gen(function*() {
      const pool = yield* threads({ places: 2 })
      const held = yield* hold(pool)
      let asked = 0
      // takes each place again as soon as it is free
      const crowd = Effect.forever(Effect.ignore(Effect.tap(pool.call("echo", "crowd"), () => asked++)))
      yield* Effect.replicateEffect(Effect.forkScoped(Effect.zipRight(Effect.yieldNow(), crowd)), 1)
      const work = yield* Effect.replicateEffect(forkToFirstWait(pool.callPatiently("echo", "work")), 50)
      yield* held.free
      yield* Effect.forEach(work, Fiber.join, { concurrency: 1 })
      expect(asked).toBeLessThanOrEqual(52)
    }))

  it.scoped("refuses calls beyond the queue at once, and frees places", () =>
    Effect.gen(function*() {
      const pool = yield* threads({ places: 2 })
      const held = yield* hold(pool)
      yield* pool.check
      const second = yield* forkToFirstWait(pool.call("echo", "second"))
      const refused = yield* Effect.flip(pool.call("echo", "third"))
      expect(refused).toMatchObject({ _tag: "Overloaded", what: { name: "test thread" }, retry_after: 1 })
      expect(yield* Effect.flip(pool.check)).toEqual(refused)
      yield* Fiber.interrupt(second)
      const third = yield* forkToFirstWait(pool.call("echo", "third"))
      yield* held.free
      expect(yield* Fiber.join(third)).toBe("third")
      expect(yield* pool.call("echoed", undefined)).toEqual(["third"])
    }))

  it.scoped("never runs a call that was interrupted while it waited", () =>
    Effect.gen(function*() {
      const pool = yield* threads()
      const held = yield* hold(pool)
      const leaving = yield* forkToFirstWait(pool.call("echo", "leaves"))
      const staying = yield* forkToFirstWait(pool.call("echo", "stays"))
      yield* Fiber.interrupt(leaving)
      yield* held.free
      yield* Fiber.join(staying)
      expect(yield* pool.call("echoed", undefined)).toEqual(["stays"])
    }))

  it.scoped("ends the thread of an interrupted call, and serves the queue with a fresh one", () =>
    Effect.gen(function*() {
      const pool = yield* threads()
      const before = yield* pool.call("threadId", undefined)
      const held = yield* hold(pool)
      const next = yield* forkToFirstWait(pool.call("threadId", undefined))
      yield* Fiber.interrupt(held.fiber)
      yield* held.gone
      expect(yield* Fiber.join(next)).not.toBe(before)
    }))

  for (const [name, reason] of [["crash", "Error: boom"], ["exit", "the thread ended"]] as const) {
    it.scoped(`${name}: only the running call dies, those behind it run on a fresh thread`, () =>
      Effect.gen(function*() {
        const pool = yield* threads()
        const held = yield* hold(pool)
        const dying = yield* forkToFirstWait(pool.call(name, undefined))
        const next = yield* forkToFirstWait(pool.call("echo", "next"))
        yield* held.free
        const defect = defectOf(yield* Fiber.await(dying))
        expect(defect).toBeInstanceOf(WorkerPool.WorkerCrashed)
        expect(defect).toMatchObject({ worker: "test thread", reason })
        expect(yield* Fiber.join(next)).toBe("next")
        expect(yield* pool.call("echoed", undefined)).toEqual(["next"])
      }))
  }

  // the first is refused as the thread is made, the second fails once it runs
  it.each(["relative/thread.js", "/nowhere/thread.js"])(
    "a thread that cannot start (%s) kills its call alone",
    (file) =>
      Effect.gen(function*() {
        const pool = yield* threads({ file })
        const exits = yield* Effect.replicateEffect(Effect.exit(pool.call("echo", "a")), 2, { concurrency: 2 })
        for (const defect of exits.map(defectOf)) {
          expect(defect).toBeInstanceOf(WorkerPool.WorkerCrashed)
          expect(String(defect)).toContain(file)
        }
        expect(yield* pool.stats).toEqual({ waiting: 0, running: 0 })
      }).pipe(Effect.scoped, Effect.runPromise)
  )

  it.effect("closing the scope ends blocked threads and waiting calls", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const pool = yield* Scope.extend(threads(), scope)
      const held = yield* hold(pool)
      const waiting = yield* forkToFirstWait(pool.call("echo", "never"))
      yield* Scope.close(scope, Exit.void)
      yield* held.gone
      expect(defectOf(yield* Fiber.await(held.fiber))).toBeInstanceOf(WorkerPool.WorkerCrashed)
      expect(defectOf(yield* Fiber.await(waiting))).toBeInstanceOf(WorkerPool.WorkerCrashed)
      expect(defectOf(yield* Effect.exit(pool.call("echo", "late")))).toMatchObject({ reason: "stopped" })
    }))
})
