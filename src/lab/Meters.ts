import { Context } from "effect"
import type { Usage } from "../platform/upstream/EmbeddedUpstream.ts"

/** Counts of an experiment's own parts while it runs, beside its recording. A part that it has not counts nothing. */
export class Meters extends Context.Tag("barista/lab/Meters")<Meters, {
  /** False while the experiment is prepared: nothing is measured then, and the disk is as fast as it is. */
  isMeasuring: boolean
  upstream: Usage | undefined
  commits: (() => number) | undefined
  /** The longest time in milliseconds for which the sacrificial event loop was blocked. */
  blockedMilliseconds: number | undefined
}>() {}
