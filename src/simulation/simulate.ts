import { Clock, Data, Duration, Effect } from "effect"
import { turnEnded } from "../domain/turnEnded.ts"
import { figuresOf } from "./figures.ts"
import type { Result } from "./Result.ts"
import { type Bound, Run, type RunOptions } from "./Run.ts"
import { mostUnderWay, type Scenario } from "./Scenario.ts"

/** Requests have no end, though nothing can happen any more: a fault of the model or of the interpreter. */
export class Stuck extends Data.TaggedError("Stuck")<{ readonly requests: number; readonly after: Duration.Duration }> {
  override get message(): string {
    return `nothing happens after ${Duration.format(this.after)}; requests that never ended: ${this.requests}`
  }
}

/** A run passed one of its bounds, after so much virtual time. */
export class OutOfBounds extends Data.TaggedError("OutOfBounds")<{
  readonly bound: Bound
  readonly after: Duration.Duration
}> {
  override get message(): string {
    const when = `after ${Duration.format(this.after)} of virtual time`
    if (this.bound === "requests") return `more requests than the run may have ${when}: give fewer requests`
    return this.bound === "virtual time"
      ? `the run takes more than 100 days of virtual time: give duration or fewer requests`
      : `more than ${mostUnderWay} ${this.bound} ${when}: the upstream cannot keep up; bound its queue, or lower the rate`
  }
}

/** Steps between two looks at the host's clock. */
const steps = 256

/** Time that a run keeps the host's event loop at most, in milliseconds. */
const slice = 8

/** The host's clock, whatever clock the caller runs under. */
const host = Clock.make()

const advanced = (run: Run): boolean => {
  const end = host.unsafeCurrentTimeMillis() + slice
  while (host.unsafeCurrentTimeMillis() < end) if (run.advance(steps)) return true
  return false
}

/**
 * Advances a run to its end. The host's event loop turns between two slices of work, so an interruption stops the run
 * within some milliseconds; `onProgress` then learns how many requests have ended.
 */
export const toTheEnd = (run: Run, onProgress?: (done: number) => void): Effect.Effect<void, Stuck | OutOfBounds> =>
  Effect.suspend(() => {
    if (!advanced(run)) {
      onProgress?.(run.samples.done)
      return Effect.zipRight(turnEnded, toTheEnd(run, onProgress))
    }
    const bound = run.passedBound
    if (bound !== undefined) return new OutOfBounds({ bound, after: run.clock.elapsed })
    const { done, requests } = run.samples
    return done < requests ? new Stuck({ requests: requests - done, after: run.clock.elapsed }) : Effect.void
  })

export interface Options extends RunOptions {
  readonly seed: number
  /** Learns how many requests have ended, between two slices of work. */
  readonly onProgress?: (done: number) => void
}

/**
 * Runs a scenario once, in virtual time, with the interpreter of policies that serves. The same scenario and seed give
 * the same run, event by event. An interruption stops the run within some milliseconds.
 */
export const simulate = (scenario: Scenario, options: Options): Effect.Effect<Result, Stuck | OutOfBounds> =>
  Effect.suspend(() => {
    const run = new Run(scenario, options.seed, options)
    return Effect.map(toTheEnd(run, options.onProgress), () => {
      run.samples.close()
      return figuresOf(run, options.seed)
    })
  })
