import type { Attempt, AttemptObserver, AttemptOutcome } from "./ModelledUpstream.ts"
import { type Outcome, outcomes } from "./outcomes.ts"
import { SeriesRecorder } from "./Series.ts"
import type { Trace } from "./Trace.ts"

/** Numbers in a typed array that grows. */
class Column<A extends Float64Array | Uint8Array> {
  values: A
  private readonly make: (length: number) => A

  constructor(make: (length: number) => A) {
    this.make = make
    this.values = make(1024)
  }

  set(index: number, value: number): void {
    if (index >= this.values.length) {
      const grown = this.make(this.values.length * 2)
      grown.set(this.values)
      this.values = grown
    }
    this.values[index] = value
  }
}

const floats = () => new Column((length) => new Float64Array(length))
const bytes = () => new Column((length) => new Uint8Array(length))

/** Everything that is counted during a run. Times are nanoseconds of virtual time. */
export class Samples implements AttemptObserver {
  readonly arrived = floats()
  readonly ended = floats()
  readonly outcome = bytes()
  readonly attempts = bytes()
  requests = 0
  done = 0
  /** The waits of attempts for a place, of those that got one after the warmup. */
  readonly waits = floats()
  started = 0
  /** Attempts that were sent after the warmup, and how they ended. */
  sentCount = 0
  readonly ends: Record<AttemptOutcome, number>
  readonly series = new SeriesRecorder()
  readonly trace: Trace
  /** The integral of the requests under way over time: requests × nanoseconds. */
  area = 0
  /** The integral of the places in use, after the warmup. */
  busy = 0
  private changed = 0
  private readonly warmup: number
  private serving = 0
  private queue = 0
  private readonly now: () => number

  constructor(now: () => number, trace: Trace, warmup: number) {
    this.now = now
    this.warmup = warmup
    this.trace = trace
    this.ends = { served: 0, failure: 0, "queue full": 0, down: 0, abandoned: 0 }
  }

  /** Requests that have arrived and not ended. */
  get inFlight(): number {
    return this.requests - this.done
  }

  /** Accounts for the time since the last change, before the next one. */
  pass(): void {
    const now = this.now()
    this.series.advance(now, this.inFlight, this.queue)
    this.area += this.inFlight * (now - this.changed)
    this.busy += this.serving * Math.max(0, now - Math.max(this.changed, this.warmup))
    this.changed = now
  }

  /** Ends the series, when the run has ended. */
  close(): void {
    this.pass()
    this.series.close(this.inFlight, this.queue)
  }

  arrive(): number {
    this.pass()
    const request = this.requests++
    this.arrived.set(request, this.now())
    this.attempts.set(request, 0)
    this.series.count("arrivals")
    return request
  }

  end(request: number, outcome: Outcome): void {
    this.pass()
    this.done++
    this.ended.set(request, this.now())
    this.outcome.set(request, outcomes.indexOf(outcome))
    if (outcome === "succeeded") this.series.count("goodput")
  }

  /** Counts a further attempt of a request, and returns its number, from 1. */
  nextAttempt(request: number): number {
    const attempt = (this.attempts.values[request] ?? 0) + 1
    this.attempts.set(request, attempt)
    return attempt
  }

  sent(): void {
    this.pass()
    if (this.now() >= this.warmup) this.sentCount++
    this.queue++
    this.series.count("attempts")
  }

  /** Takes an attempt that begins to be served, at once or after a wait. */
  begun({ sent }: Attempt): void {
    this.pass()
    this.queue--
    this.serving++
    if (sent >= this.warmup) this.waits.set(this.started++, this.now() - sent)
  }

  left(attempt: Attempt, outcome: AttemptOutcome): void {
    this.pass()
    if (attempt.start < 0) this.queue--
    else this.serving--
    if (attempt.sent >= this.warmup) this.ends[outcome]++
    this.trace.add(attempt, this.now(), outcome)
  }
}
