import { Clock, Duration, Effect, Metric, type Scope } from "effect"
import { turnEnded } from "../domain/turnEnded.ts"

/** The durations of operations in milliseconds, by name in the tag `operation`. */
export const operationDuration = Metric.timer("operation_duration", "How long an operation took")

const record = (name: string, duration: Duration.Duration) =>
  Metric.update(Metric.tagged(operationDuration, "operation", name), duration)

const seconds = (duration: Duration.Duration, decimals: number) => Duration.toSeconds(duration).toFixed(decimals)

/**
 * The handbook's `measure_async_time`. Logs `{name} took 0.500 seconds` and records the metric when the operation ends,
 * by success, failure or interruption.
 */
export const measured = (name: string) => <A, E, R>(operation: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Clock.currentTimeNanos, (start) =>
    Effect.ensuring(
      operation,
      Effect.flatMap(Clock.currentTimeNanos, (end) => {
        const duration = Duration.nanos(end - start)
        return Effect.zipRight(
          record(name, duration),
          Effect.logInfo(`${name} took ${seconds(duration, 3)} seconds`)
        )
      })
    ))

/**
 * The handbook's `log_async_operation`. After a success, records the metric and logs `{name} completed in 1.00s`. The
 * line is logged at the end of the event loop's turn, once the answer is sent, in a fiber of the scope; closing the
 * scope waits for it.
 */
export const monitored =
  (name: string, scope: Scope.Scope) => <A, E, R>(operation: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function*() {
      const [duration, result] = yield* Effect.timed(operation)
      yield* record(name, duration)
      const line = Effect.zipRight(turnEnded, Effect.logInfo(`${name} completed in ${seconds(duration, 2)}s`))
      // the fiber inherits this region, so it writes its line even if the scope closes at once
      yield* Effect.uninterruptible(Effect.forkIn(line, scope))
      return result
    })
