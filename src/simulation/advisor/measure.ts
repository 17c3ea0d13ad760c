import { Effect } from "effect"
import { turnEnded } from "../../domain/turnEnded.ts"
import { outcomes } from "../outcomes.ts"
import { Run } from "../Run.ts"
import type { Scenario } from "../Scenario.ts"
import { type OutOfBounds, type Stuck, toTheEnd } from "../simulate.ts"

/** A run that did not come to its end. */
export type Unfinished = OutOfBounds | Stuck

/** The figures of one run by which policies are compared. */
export interface Measure {
  /** The share of counted requests that succeeded in time. */
  readonly share: number
  /** Attempts per counted request. */
  readonly amplification: number
  /** The 99th percentile of the times of counted successes, in milliseconds; 0 where there is none. */
  readonly p99: number
  readonly counted: number
}

const nanosPerMilli = 1_000_000
const succeeded = outcomes.indexOf("succeeded")

const figuresOf = ({ samples, scenario }: Run, within: number): Measure => {
  const times = new Float64Array(samples.requests)
  let [counted, successes, inTime, attempts] = [0, 0, 0, 0]
  for (let request = 0; request < samples.requests; request++) {
    const arrived = samples.arrived.values[request] ?? 0
    if (arrived < (scenario.warmup ?? 0)) continue
    counted++
    attempts += samples.attempts.values[request] ?? 0
    if (samples.outcome.values[request] !== succeeded) continue
    const time = (samples.ended.values[request] ?? 0) - arrived
    times[successes++] = time
    if (time <= within) inTime++
  }
  const sorted = times.subarray(0, successes).sort()
  return {
    share: counted === 0 ? 0 : inTime / counted,
    amplification: counted === 0 ? 0 : attempts / counted,
    p99: (sorted[Math.max(0, Math.ceil(0.99 * successes) - 1)] ?? 0) / nanosPerMilli,
    counted
  }
}

/**
 * Runs a scenario once and counts the successes within so many nanoseconds, which the figures of a simulation do not
 * tell. The host's event loop turns before each run, as many are shorter than a slice of work: an interruption stops
 * them within some milliseconds.
 */
export const measure = (scenario: Scenario, seed: number, within: number): Effect.Effect<Measure, Unfinished> =>
  Effect.zipRight(
    turnEnded,
    Effect.suspend(() => {
      const run = new Run(scenario, seed)
      return Effect.map(toTheEnd(run), () => figuresOf(run, within))
    })
  )
