import type { Outcome } from "../../timeline/Timeline.ts"

export const kinds = ["request", "job", "experiment"] as const
export type Kind = (typeof kinds)[number]

export const outcomes: ReadonlyArray<Outcome> = ["running", "success", "failure", "defect", "interrupted"]

/** A recording as the server's list shows it. */
export interface Summary {
  readonly id: string
  /** Place in the order of beginnings. */
  readonly number: number
  readonly kind: Kind
  readonly name: string
  /** The operation's path, or the URL of the job; null for an experiment. */
  readonly route: string | null
  readonly started_at: string
  readonly duration_ns: number
  readonly outcome: Outcome
  readonly status: number | null
  readonly fibers: number
  readonly recorded_in_ns: number
}

/** The run in a few words. */
export const titleOf = ({ kind, name, route }: Summary): string =>
  kind === "job" && route !== null ? `${name} ${route}` : route ?? name

/** The duration until now: that of the clock for a run that goes on, as its summary came when it began. */
export const durationOf = ({ duration_ns, outcome, started_at }: Summary, nowMillis: number): number =>
  outcome === "running" ? Math.max(duration_ns, (nowMillis - Date.parse(started_at)) * 1e6) : duration_ns
