import { Clock, Duration, Effect, Metric, type Scope } from "effect"
import { turnEnded } from "../platform/scheduler/endOfTurn.ts"

/** How long operations took, by their name in the tag `operation`; milliseconds. */
export const operationDuration = Metric.timer("operation_duration", "How long an operation took")

const record = (name: string, duration: Duration.Duration) =>
  Metric.update(Metric.tagged(operationDuration, "operation", name), duration)

const seconds = (duration: Duration.Duration, decimals: number) => Duration.toSeconds(duration).toFixed(decimals)

/**
 * The handbook's `measure_async_time`: logs `{name} took 0.500 seconds` and records the metric when the operation ends, be it by
 * success, failure or interruption.
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
 * The handbook's `log_async_operation`: after a success it records the metric and logs `{name} completed in 1.00s` in a fiber of the
 * scope, at the end of the event loop's turn: what the operation answers has gone out by then. Closing the scope waits for the line.
 */
export const monitored =
  (name: string, scope: Scope.Scope) => <A, E, R>(operation: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function*() {
      const [duration, result] = yield* Effect.timed(operation)
      yield* record(name, duration)
      const line = Effect.zipRight(turnEnded, Effect.logInfo(`${name} completed in ${seconds(duration, 2)}s`))
      // a fiber takes over whether it can be interrupted: this one writes its line even if the scope closes at once
      yield* Effect.uninterruptible(Effect.forkIn(line, scope))
      return result
    })
