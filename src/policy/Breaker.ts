import { Duration } from "effect"
import type { Breaker as Value } from "./Policy.ts"

export type BreakerState = "closed" | "open" | "half-open"

/** Judgement of a breaker on the end of an attempt. `unknown` is an attempt that was interrupted from outside. */
export type Verdict = "success" | "failure" | "unknown"

/**
 * Stops calling an upstream that fails (M. Nygard, Release It!, "Circuit Breaker"). After so many consecutive failures
 * it opens, for `openFor`; then it lets `probes` through at a time. The first probe that succeeds closes it, the first
 * that fails opens it again. Times are milliseconds of a clock that is never set back.
 */
export class Breaker {
  private readonly failures: number
  /** Milliseconds for which it stays open. */
  readonly openFor: number
  private readonly probes: number
  /** True if it stops retries alone, so that each operation still makes its first attempt. */
  readonly onlyRetries: boolean
  private consecutive = 0
  /** The end of its being open; undefined while it is closed. */
  private until: number | undefined
  private probing = 0
  /** Grows as the state changes; an attempt that began in an earlier state says nothing of this one. */
  private era = 0
  opened = 0

  constructor({ breaks, failures, openFor, probes }: Value) {
    this.failures = failures
    this.openFor = Duration.toMillis(openFor)
    this.probes = probes ?? 1
    this.onlyRetries = breaks === "retries"
  }

  state(now: number): BreakerState {
    if (this.until === undefined) return "closed"
    return now < this.until ? "open" : "half-open"
  }

  /** Lets an attempt through and returns its pass, or returns undefined. */
  enter(now: number): Pass | undefined {
    const state = this.state(now)
    if (state === "open" || (state === "half-open" && this.probing >= this.probes)) return undefined
    const isProbe = state === "half-open"
    if (isProbe) this.probing++
    return { era: this.era, isProbe }
  }

  /** Learns the end of an attempt that was let through. Returns true if that opened the breaker. */
  leave({ era, isProbe }: Pass, verdict: Verdict, now: number): boolean {
    if (era !== this.era) return false
    if (isProbe) this.probing--
    if (verdict === "success") {
      if (isProbe) this.change(undefined)
      else this.consecutive = 0
    } else if (verdict === "failure") {
      this.consecutive++
      if (isProbe || this.consecutive >= this.failures) {
        this.opened++
        this.change(now + this.openFor)
        return true
      }
    }
    return false
  }

  /** Milliseconds until it lets a probe through; 0 while it does. */
  remaining(now: number): number {
    return this.until === undefined ? 0 : Math.max(0, this.until - now)
  }

  private change(until: number | undefined): void {
    this.until = until
    this.consecutive = 0
    this.probing = 0
    this.era++
  }
}

/** The pass of an attempt through a breaker. */
export interface Pass {
  readonly era: number
  readonly isProbe: boolean
}
