import type { Outcome } from "../../timeline/Timeline.ts"

export const runKinds = ["request", "job", "experiment"] as const
/** The kinds of runs that are recorded. */
export type RunKind = (typeof runKinds)[number]

/** A recording in a list. */
export interface Summary {
  /** Trace id of the run, 32 hexadecimal digits; of a second run in the same trace, an id of its own. */
  readonly id: string
  /** Place in the order of beginnings, by which one page follows another. */
  readonly number: number
  readonly kind: RunKind
  /** The operation, or the kind of the job. */
  readonly name: string
  /** The operation's path in the contract, or the URL of the job; null for an experiment. */
  readonly route: string | null
  /** Time as ISO 8601. */
  readonly started_at: string
  /** Time so far, for a run that has not ended. */
  readonly duration_ns: number
  readonly outcome: Outcome
  /** Status of the answer; null before it, and for other runs. */
  readonly status: number | null
  readonly fibers: number
  /** The time that recording took, estimated from the cost of one event. */
  readonly recorded_in_ns: number
}

/** Recordings to be listed, newest first. */
export interface Filter {
  readonly kind?: RunKind | undefined
  readonly route?: string | undefined
  readonly outcome?: Outcome | undefined
  readonly minDurationNs?: number | undefined
  /** The number of the last one of the page before. */
  readonly after?: number | undefined
  /** All of them by default. */
  readonly limit?: number | undefined
}
