import { Array, Context, Duration, Effect, Layer } from "effect"
import { AppConfig } from "../AppConfig.ts"
import type { Overloaded } from "../domain/Problem.ts"
import { BlockingLoop } from "../platform/workers/blocking/BlockingLoop.ts"
import type { PerformanceAnswer } from "./Api.ts"

const tasks = Array.range(0, 4)

const resultOf = (task: number) => `Task ${task} done`

const timed = <E>(
  type: PerformanceAnswer["type"],
  run: Effect.Effect<ReadonlyArray<string>, E>
): Effect.Effect<PerformanceAnswer, E> =>
  Effect.map(Effect.timed(run), ([duration, results]) => ({
    results,
    duration: `${Duration.toSeconds(duration).toFixed(2)}s`,
    type
  }))

/** The handbook's « Comparaison des performances »: five tasks of `comparisonTaskDuration` each, timed by the clock. */
export class Comparison extends Context.Tag("barista/comparison/Comparison")<Comparison, {
  /** Blocks the sacrificial event loop five times in a row; the time includes the wait for other calls there. */
  readonly synchronous: Effect.Effect<PerformanceAnswer, Overloaded>
  readonly asynchronous: Effect.Effect<PerformanceAnswer>
}>() {
  static readonly layer = Layer.effect(
    Comparison,
    Effect.gen(function*() {
      const { comparisonTaskDuration: each } = yield* AppConfig
      const loop = yield* BlockingLoop

      const task = Effect.fn("Comparison.task")((number: number) => Effect.as(Effect.sleep(each), resultOf(number)))

      const synchronous = Effect.fn("Comparison.synchronous")(() =>
        timed("synchronous", Effect.as(loop.sleep({ times: tasks.length, each }), tasks.map(resultOf)))
      )

      const asynchronous = Effect.fn("Comparison.asynchronous")(() =>
        timed("asynchronous", Effect.forEach(tasks, task, { concurrency: "unbounded" }))
      )

      return { synchronous: synchronous(), asynchronous: asynchronous() }
    })
  )
}
