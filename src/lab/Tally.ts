import { Effect } from "effect"

/** Counts how the tasks of one experiment ended. Those that are neither in the end have left no result. */
export class Tally {
  succeeded = 0
  failed = 0
  readonly tasks: number

  constructor(tasks: number) {
    this.tasks = tasks
  }

  /** Counts an effect as one task. Its failure is the task's own, as each caller has its own answer. */
  readonly each = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
    Effect.match(effect, {
      onFailure: () => {
        this.failed++
      },
      onSuccess: () => {
        this.succeeded++
      }
    })

  /** Counts an effect that stands for all tasks. Its result has `succeeded` of them; its failure is that of one. */
  readonly together = <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    succeeded: (value: A) => number = () => this.tasks
  ): Effect.Effect<void, E, R> =>
    Effect.tapBoth(effect, {
      onFailure: () =>
        Effect.sync(() => {
          this.failed++
        }),
      onSuccess: (value) =>
        Effect.sync(() => {
          this.succeeded = succeeded(value)
          this.failed = this.tasks - this.succeeded
        })
    }).pipe(Effect.asVoid)
}
