import { Context, Effect, Layer } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import type * as Problem from "../../../domain/Problem.ts"
import { term } from "../../../domain/Term.ts"
import { workerFile } from "../entry.ts"
import * as WorkerPool from "../WorkerPool.ts"

/** Calls of the pool's threads. */
export type CpuCalls = { readonly sumOfSquares: { readonly input: { readonly n: number }; readonly answer: bigint } }

/**
 * Runs computations on worker threads, so that the server's event loop stays free. An interrupted computation really
 * stops, because its thread is terminated and replaced. `cpuWorkers` run at once, `cpuQueue` wait, and further ones
 * fail with `Overloaded`.
 */
export class CpuPool extends Context.Tag("barista/platform/workers/CpuPool")<CpuPool, {
  /** Computes the exact sum of i² for i from 0 to n - 1, for n from 1 to `largestN`. */
  readonly sumOfSquares: (n: number) => Effect.Effect<bigint, Problem.Overloaded>
  readonly stats: Effect.Effect<WorkerPool.Stats>
}>() {
  static readonly layer = Layer.scoped(
    CpuPool,
    Effect.gen(function*() {
      const { cpuQueue, cpuWorkers } = yield* AppConfig
      const pool = yield* WorkerPool.make<CpuCalls>({
        name: term("threads de calcul", "CPU pool"),
        file: workerFile("CpuPool"),
        threads: cpuWorkers,
        places: cpuWorkers + cpuQueue
      })
      return {
        sumOfSquares: Effect.fn("CpuPool.sumOfSquares")((n: number) => pool.call("sumOfSquares", { n })),
        stats: pool.stats
      }
    })
  )
}
