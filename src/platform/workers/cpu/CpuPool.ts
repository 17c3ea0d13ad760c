import { Context, Effect, Layer } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import type * as Problem from "../../../domain/Problem.ts"
import { term } from "../../../domain/Term.ts"
import { workerFile } from "../entry.ts"
import * as WorkerThread from "../WorkerThread.ts"

/** What a thread of the pool is asked. */
export type CpuCalls = { readonly sumOfSquares: { readonly input: { readonly n: number }; readonly answer: bigint } }

/**
 * Computations on worker threads: the server's loop stays free, and an interrupted computation really stops, as its thread is
 * terminated and replaced. `cpuWorkers` run at once, `cpuQueue` wait, beyond that `Overloaded`.
 */
export class CpuPool extends Context.Tag("barista/platform/workers/CpuPool")<CpuPool, {
  /** The exact sum of i² for i from 0 to n - 1, n from 1 to `largestN` of sumOfSquares. */
  readonly sumOfSquares: (n: number) => Effect.Effect<bigint, Problem.Overloaded>
  readonly stats: Effect.Effect<WorkerThread.Stats>
}>() {
  static readonly layer = Layer.scoped(
    CpuPool,
    Effect.gen(function*() {
      const { cpuQueue, cpuWorkers } = yield* AppConfig
      const pool = yield* WorkerThread.make<CpuCalls>({
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
