import { Clock, Duration, Effect, type Scope } from "effect"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { waitFor, waiting } from "../../domain/Wait.ts"

/** The delay with which the event loop of this process ran its timers. */
export interface LoopDelay {
  readonly p99: Duration.Duration
  readonly max: Duration.Duration
}

// Milliseconds between two samples. Node's figures include it.
const resolution = 1

const excess = (nanos: number) => Duration.millis(Math.max(0, nanos / 1_000_000 - resolution))

const waitsForSample = waitFor("signal", () => ({ name: "event loop" }))

/** Waits for a sample by the live clock, as the caller's clock may be virtual. */
const sampled = waiting(waitsForSample)(
  Effect.withClock(Effect.sleep(Duration.millis(2 * resolution)), Clock.make())
)

/** Begins to measure; the returned effect reads the delay so far. The scope ends the sampling. */
export const measure: Effect.Effect<Effect.Effect<LoopDelay>, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const histogram = monitorEventLoopDelay({ resolution })
    histogram.enable()
    return histogram
  }),
  (histogram) => Effect.sync(() => histogram.disable())
).pipe(
  // a sample measures the time since the one before, so a loop that is blocked at once needs a first sample
  Effect.zipLeft(sampled),
  Effect.map((histogram) =>
    // a loop that is blocked until the end needs a last sample
    Effect.map(sampled, () => ({ p99: excess(histogram.percentile(99)), max: excess(histogram.max) }))
  )
)
