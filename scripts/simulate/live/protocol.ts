import type { Path } from "../../../src/platform/upstream/Upstream.ts"
import type { UpstreamFailed } from "../../../src/simulation/ModelledUpstream.ts"
import type { Result, Times } from "../../../src/simulation/Result.ts"
import type { Scenario } from "../../../src/simulation/Scenario.ts"

/** Answered at once, to measure the round trip itself. */
export const barePath: Path = "/bare"

/** The call of an attempt: both sides draw its luck from these numbers. */
export const pathOf = (request: number, attempt: number): Path => `/${request}/${attempt}`

/** Statuses of the failures of the model, each of them transient to a policy. */
export const statuses: Readonly<Record<UpstreamFailed["reason"], number>> = {
  failure: 500,
  down: 502,
  "queue full": 503
}

/** Data with which the thread of the upstream starts. */
export interface UpstreamData {
  readonly scenario: typeof Scenario.Encoded
  readonly seed: number
}

/** Messages to the thread: time 0 of the run on the machine's monotonic clock, and the end of the requests. */
export type ToUpstream = { readonly origin: bigint } | "end"

/** Figures of the upstream once its last attempt has left. */
export interface UpstreamFigures {
  readonly upstream: Result["upstream"]
  /** The delays of its timers. */
  readonly lateness: Times
}

/** Messages of the thread: its port, and its figures. */
export type FromUpstream = { readonly port: number } | UpstreamFigures
