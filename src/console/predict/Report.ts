/** Milliseconds. */
export interface Times {
  readonly mean: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly p99_9: number
  readonly max: number
}

export interface Series {
  /** Seconds of an interval. */
  readonly step: number
  readonly arrivals: ReadonlyArray<number>
  readonly goodput: ReadonlyArray<number>
  readonly attempts: ReadonlyArray<number>
  readonly in_flight: ReadonlyArray<number>
  readonly queue: ReadonlyArray<number>
}

/** The mean of a figure over several seeds, and its 95 % interval. */
export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** The figures of a simulation, as `POST /simulations` answers them. */
export interface Report {
  readonly requests: number
  readonly succeeded: number
  readonly failed: Readonly<Record<string, number>>
  readonly goodput: number
  readonly latency: { readonly all: Times; readonly succeeded: Times }
  readonly attempts: number
  readonly amplification: number
  readonly upstream: { readonly waited: number; readonly busy: number; readonly refused: number }
  readonly series: Series
  readonly seconds: number
  readonly seeds: ReadonlyArray<number>
  readonly intervals?: Readonly<Record<string, Interval>>
  readonly speed: number
}

/** A report and the name under which it is shown. */
export interface Named {
  readonly name: string
  readonly report: Report
}

export interface Verdict {
  readonly text: string
  readonly of: string
  readonly is: "less" | "greater"
  readonly expected: number
  readonly got: number
  readonly holds: boolean
}

/** A lesson of the gallery, as `GET /scenarios` answers it. */
export interface Lesson {
  readonly name: string
  readonly title: string
  readonly see: string
  readonly why: string
  readonly instead: string
  readonly sources: ReadonlyArray<string>
  readonly variants: ReadonlyArray<{ readonly name: string; readonly text: string; readonly scenario: unknown }>
  readonly claims: ReadonlyArray<{ readonly text: string }>
}

export interface LessonReport {
  readonly runs: ReadonlyArray<{ readonly variant: string; readonly report: Report }>
  readonly verdicts: ReadonlyArray<Verdict>
}
