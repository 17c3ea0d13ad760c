import { Clock, Duration, Effect, type Scope } from "effect"
import { monitorEventLoopDelay } from "node:perf_hooks"

/** How much later than due the event loop of this process ran its timers. */
export interface LoopDelay {
  readonly p99: Duration.Duration
  readonly max: Duration.Duration
}

// Milliseconds between two samples. Node's figures include it.
const resolution = 1

const excess = (nanos: number) => Duration.millis(Math.max(0, nanos / 1_000_000 - resolution))

/** Time for a sample; by the live clock, whatever the demo's is. */
const sampled = Effect.withClock(Effect.sleep(Duration.millis(2 * resolution)), Clock.make())

/** Begins to measure; the answer says how it was until then. The scope ends the sampling. */
export const measure: Effect.Effect<Effect.Effect<LoopDelay>, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const histogram = monitorEventLoopDelay({ resolution })
    histogram.enable()
    return histogram
  }),
  (histogram) => Effect.sync(() => histogram.disable())
).pipe(
  // a sample is the time since the one before: without a first one, a loop that is blocked at once would not show
  Effect.zipLeft(sampled),
  Effect.map((histogram) =>
    // nor without a last one a loop that is blocked until the end
    Effect.map(sampled, () => ({ p99: excess(histogram.percentile(99)), max: excess(histogram.max) }))
  )
)
