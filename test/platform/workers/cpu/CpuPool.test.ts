import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { AppConfig } from "../../../../src/AppConfig.ts"
import { CpuPool } from "../../../../src/platform/workers/cpu/CpuPool.ts"
import { forkToFirstWait } from "../../../support/fibers.ts"

const layer = (cpuWorkers: number, cpuQueue: number) =>
  CpuPool.layer.pipe(Layer.provide(AppConfig.layerWith({ cpuWorkers, cpuQueue })))

// would run for months, so only an interruption ends it
const endless = Number.MAX_SAFE_INTEGER

describe("CpuPool", () => {
  it.effect("computes exactly, more at once than it has threads", () =>
    Effect.gen(function*() {
      const pool = yield* CpuPool
      const results = yield* Effect.forEach([1, 2, 3, 1_000_000, 10_000_000], pool.sumOfSquares, { concurrency: 5 })
      expect(results).toEqual([0n, 1n, 5n, 333_332_833_333_500_000n, 333_333_283_333_335_000_000n])
    }).pipe(Effect.provide(layer(2, 64))))

  it.effect("admits as many calls as threads and queue hold, refuses the next, and stops interrupted ones", () =>
    Effect.gen(function*() {
      const pool = yield* CpuPool
      const [first, second] = [
        yield* forkToFirstWait(pool.sumOfSquares(endless)),
        yield* forkToFirstWait(pool.sumOfSquares(endless))
      ]
      const waiting = yield* forkToFirstWait(pool.sumOfSquares(3))
      expect(yield* pool.stats).toEqual({ waiting: 1, running: 2 })
      expect(yield* Effect.flip(pool.sumOfSquares(4))).toMatchObject({ _tag: "Overloaded", what: { name: "CPU pool" } })
      yield* Fiber.interrupt(second)
      // answered, so a thread was freed from an endless loop while the first goes on
      expect(yield* Fiber.join(waiting)).toBe(5n)
      expect(yield* pool.stats).toEqual({ waiting: 0, running: 1 })
      yield* Fiber.interrupt(first)
      expect(yield* pool.stats).toEqual({ waiting: 0, running: 0 })
    }).pipe(Effect.provide(layer(2, 1))))
})
