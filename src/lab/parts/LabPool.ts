import { Effect } from "effect"
import { CpuPool } from "../../platform/workers/cpu/CpuPool.ts"

/** Threads of an experiment's own pool. */
export const threads = 2

/** Numbers that a unit of the knob `work` sums: about 3 ms of a core. */
export const unit = 1_000_000

/** Starts the threads, which start at their first call. */
export const warmUp = Effect.flatMap(
  CpuPool,
  ({ sumOfSquares }) => Effect.replicateEffect(sumOfSquares(1), threads, { concurrency: threads, discard: true })
)
