import type { AttemptOutcome } from "./ModelledUpstream.ts"
import { type Outcome, outcomes } from "./outcomes.ts"
import type { Result, Times } from "./Result.ts"
import type { Samples } from "./Samples.ts"
import type { Scenario } from "./Scenario.ts"

const nanosPerMilli = 1_000_000
const nanosPerSecond = 1_000_000_000

const inMillis = (nanos: number): number => Number((nanos / nanosPerMilli).toFixed(6))

/** The smallest sample that is not below the share `p` of all (nearest rank). */
const percentile = (sorted: Float64Array, p: number): number =>
  sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? 0

/** Computes times from samples in nanoseconds, which it sorts in place. */
export const timesOf = (samples: Float64Array): Times => {
  samples.sort()
  const sum = samples.reduce((total, sample) => total + sample, 0)
  return {
    mean: inMillis(samples.length === 0 ? 0 : sum / samples.length),
    p50: inMillis(percentile(samples, 0.5)),
    p95: inMillis(percentile(samples, 0.95)),
    p99: inMillis(percentile(samples, 0.99)),
    p99_9: inMillis(percentile(samples, 0.999)),
    max: inMillis(percentile(samples, 1))
  }
}

const refusals: ReadonlyArray<AttemptOutcome> = ["queue full", "down"]

/** A run that has ended, in virtual time or live. */
export interface EndedRun {
  readonly clock: { readonly now: number }
  readonly samples: Samples
  readonly scenario: Scenario
}

/** Computes the figures of a run that has ended. Requests of the warmup are left out. */
export const figuresOf = ({ clock, samples, scenario }: EndedRun, seed: number): Result => {
  const { warmup = 0 } = scenario
  const latencies = new Float64Array(samples.requests)
  const good = new Float64Array(samples.requests)
  const counts = new Map<Outcome, number>()
  let [requests, succeeded, attempts, lastEnd] = [0, 0, 0, 0]
  for (let request = 0; request < samples.requests; request++) {
    const arrived = samples.arrived.values[request] ?? 0
    if (arrived < warmup) continue
    const ended = samples.ended.values[request] ?? 0
    const latency = ended - arrived
    lastEnd = Math.max(lastEnd, ended)
    const outcome = outcomes[samples.outcome.values[request] ?? 0] ?? "defect"
    latencies[requests++] = latency
    if (outcome === "succeeded") good[succeeded++] = latency
    else counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    attempts += samples.attempts.values[request] ?? 0
  }
  const seconds = Math.max(0, lastEnd - warmup) / nanosPerSecond
  const upstreamSeconds = Math.max(0, clock.now - warmup) / nanosPerSecond
  const waits = samples.waits.values.slice(0, samples.started)
  const waited = waits.reduce((count, wait) => count + (wait > 0 ? 1 : 0), 0)
  const places = scenario.upstream.servers
  return {
    seed,
    requests,
    succeeded,
    failed: Object.fromEntries(counts),
    goodput: seconds === 0 ? 0 : succeeded / seconds,
    latency: {
      all: timesOf(latencies.subarray(0, requests)),
      succeeded: timesOf(good.subarray(0, succeeded))
    },
    attempts,
    amplification: requests === 0 ? 0 : attempts / requests,
    upstream: {
      arrived: samples.sentCount,
      refused: refusals.reduce((sum, refusal) => sum + samples.ends[refusal], 0),
      waited: samples.started === 0 ? 0 : waited / samples.started,
      wait: timesOf(waits),
      busy: places === undefined || upstreamSeconds === 0
        ? 0
        : samples.busy / nanosPerSecond / upstreamSeconds / places,
      abandoned: samples.ends.abandoned
    },
    series: { ...samples.series },
    seconds,
    trace: samples.trace.hash
  }
}
