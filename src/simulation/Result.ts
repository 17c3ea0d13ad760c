import type { Reason } from "./outcomes.ts"
import type { Series } from "./Series.ts"

/** Times in milliseconds; all 0 where there is no sample. */
export interface Times {
  readonly mean: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly p99_9: number
  readonly max: number
}

/** The figures of one run of a scenario. */
export interface Result {
  readonly seed: number
  readonly requests: number
  readonly succeeded: number
  /** Failed requests by reason; reasons that did not occur are left out. */
  readonly failed: Readonly<Partial<Record<Reason, number>>>
  /** Successes per second of virtual time. */
  readonly goodput: number
  /** From the intended arrival to the end, of all requests and of the succeeded ones. */
  readonly latency: { readonly all: Times; readonly succeeded: Times }
  readonly attempts: number
  /** Attempts per request. */
  readonly amplification: number
  readonly upstream: {
    readonly arrived: number
    readonly refused: number
    /** The share of served attempts that waited for a place, and the waits of all served ones. */
    readonly waited: number
    readonly wait: Times
    /** The share of the places in use; 0 where there is no bound. */
    readonly busy: number
    /** Attempts that left before the end of their service. */
    readonly abandoned: number
  }
  readonly series: Series
  /** Seconds of virtual time from the warmup to the end of the last request. */
  readonly seconds: number
  readonly trace: string
}
