import { Array, Context, Data, Effect, Layer } from "effect"
import { AppConfig } from "../AppConfig.ts"
import type { OutcomesAnswer } from "./Api.ts"

/** The failure that the handbook simulates. */
class TaskFailed extends Data.TaggedError("TaskFailed")<{ readonly task: number }> {
  override get message(): string {
    return `Task ${this.task} failed`
  }
}

const tasks = Array.range(0, 4)
const failingTask = 2

/** The handbook's « Gestion d'erreurs asynchrone »: `gather(return_exceptions=True)` with typed errors. */
export class Outcomes extends Context.Tag("barista/outcomes/Outcomes")<Outcomes, {
  /**
   * Runs five concurrent tasks of `riskyTaskDuration`, of which number 2 fails; all run to their end. A defect still
   * fails the whole.
   */
  readonly collect: Effect.Effect<OutcomesAnswer>
}>() {
  static readonly layer = Layer.effect(
    Outcomes,
    Effect.gen(function*() {
      const { riskyTaskDuration } = yield* AppConfig

      const risky = Effect.fn("Outcomes.risky")(function*(task: number) {
        yield* Effect.sleep(riskyTaskDuration)
        if (task === failingTask) return yield* new TaskFailed({ task })
        return { task, result: `Task ${task} completed` }
      })

      const collect = Effect.fn("Outcomes.collect")(function*() {
        const [failures, successes] = yield* Effect.partition(tasks, risky, { concurrency: "unbounded" })
        return {
          successes,
          errors: failures.map(({ message, task }) => ({ task, error: message })),
          total_tasks: tasks.length
        }
      })

      return { collect: collect() }
    })
  )
}
