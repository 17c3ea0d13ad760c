import { Context, Duration, Effect, Layer } from "effect"
import { AppConfig } from "../AppConfig.ts"
import { type Overloaded, TimedOut } from "../domain/Problem.ts"
import { UserDirectory } from "../domain/UserDirectory.ts"
import { Upstream, urlOf } from "../platform/upstream/Upstream.ts"
import type { UpstreamFailed } from "../platform/upstream/UpstreamFailed.ts"
import { BlockingLoop } from "../platform/workers/blocking/BlockingLoop.ts"
import { inSeconds } from "../platform/workers/blocking/EventLoop.ts"
import { CpuPool } from "../platform/workers/cpu/CpuPool.ts"
import { Policies } from "../policy/Policies.ts"
import { type RefusedProblem, refusedProblem } from "../policy/refusedProblem.ts"
import type { BlockingSum, GoodUsage, Sum } from "./Api.ts"
import * as DataFile from "./DataFile.ts"

const path = "/get"

/**
 * « Quand utiliser async/await » of the handbook: concurrent input and output, and a computation in the wrong place and
 * in the right one.
 */
export class Compute extends Context.Tag("barista/compute/Compute")<Compute, {
  /**
   * Runs an HTTP call under the policy `upstream`, a query and a file read concurrently. The first failure interrupts
   * the others.
   */
  readonly goodUsage: Effect.Effect<GoodUsage, RefusedProblem | TimedOut | UpstreamFailed>
  /** Sums i² below n on the sacrificial event loop. */
  readonly blockingSum: (n: number) => Effect.Effect<BlockingSum, Overloaded>
  /** Sums i² below n on the pool of threads; interruption stops the computation. */
  readonly sum: (n: number) => Effect.Effect<Sum, Overloaded>
}>() {
  /** Creates `data.txt` under `DATA_DIR` if it is missing. */
  static readonly layer = Layer.effect(
    Compute,
    Effect.gen(function*() {
      const { dataDir, dataFileMaxBytes } = yield* AppConfig
      const users = yield* UserDirectory
      const upstream = yield* Upstream
      const { apply: limited } = (yield* Policies).of("upstream")
      const loop = yield* BlockingLoop
      const pool = yield* CpuPool
      const dataFile = yield* DataFile.open(dataDir, dataFileMaxBytes)

      const response = limited((time) => upstream.get(path, time)).pipe(
        Effect.catchTags({
          PolicyTimeout: ({ after }) =>
            new TimedOut({ what: `GET ${urlOf(upstream.url, path).href}`, after: Duration.toSeconds(after) }),
          PolicyRefused: refusedProblem
        })
      )
      const readFile = Effect.fn("Compute.readFile")(() => dataFile.read)
      const goodUsage = Effect.fn("Compute.goodUsage")(() =>
        Effect.all({ response, users: users.count, file: readFile() }, { concurrency: "unbounded" })
      )

      const blockingSum = Effect.fn("Compute.blockingSum")(function*(n: number) {
        const { eventLoop, value } = yield* loop.sumOfSquares(n)
        return { result: value, eventLoop: inSeconds(eventLoop) }
      })

      return {
        goodUsage: goodUsage(),
        blockingSum,
        sum: (n) => Effect.map(pool.sumOfSquares(n), (result) => ({ result }))
      }
    })
  )
}
