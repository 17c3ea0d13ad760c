const nanosPerSecond = 1_000_000_000

/** Intervals that a series has at most; a longer run gets longer ones. */
const mostIntervals = 10_000

/** Counts and levels over virtual time, an element for each interval of `step` seconds. */
export interface Series {
  /** Seconds of an interval: 1, and a power of 2 for runs of more than 10,000 seconds. */
  readonly step: number
  readonly arrivals: ReadonlyArray<number>
  readonly goodput: ReadonlyArray<number>
  readonly attempts: ReadonlyArray<number>
  /** Requests under way at the end of each interval, and attempts that wait at the upstream. */
  readonly in_flight: ReadonlyArray<number>
  readonly queue: ReadonlyArray<number>
}

const sums = (values: ReadonlyArray<number>): Array<number> =>
  values.flatMap((value, index) => index % 2 === 0 ? [value + (values[index + 1] ?? 0)] : [])

const lasts = (values: ReadonlyArray<number>): Array<number> =>
  values.flatMap((value, index) => index % 2 === 0 ? [values[index + 1] ?? value] : [])

/** Records a series. The memory of a run does not grow with its time. */
export class SeriesRecorder implements Series {
  step = 1
  arrivals: Array<number> = []
  goodput: Array<number> = []
  attempts: Array<number> = []
  in_flight: Array<number> = []
  queue: Array<number> = []

  /** Begins the intervals up to a time; those before end with these levels. */
  advance(nanos: number, inFlight: number, queue: number): void {
    while (this.arrivals.length * this.step * nanosPerSecond <= nanos) {
      if (this.arrivals.length >= mostIntervals) this.widen()
      if (this.arrivals.length > 0) this.close(inFlight, queue)
      this.arrivals.push(0)
      this.goodput.push(0)
      this.attempts.push(0)
    }
  }

  count(of: "arrivals" | "goodput" | "attempts"): void {
    const counts = this[of]
    counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1
  }

  /** Ends the present interval. */
  close(inFlight: number, queue: number): void {
    this.in_flight.push(inFlight)
    this.queue.push(queue)
  }

  private widen(): void {
    this.step *= 2
    this.arrivals = sums(this.arrivals)
    this.goodput = sums(this.goodput)
    this.attempts = sums(this.attempts)
    this.in_flight = lasts(this.in_flight)
    this.queue = lasts(this.queue)
  }
}
