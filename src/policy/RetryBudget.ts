import type { RetryBudget as Value } from "./Policy.ts"

/**
 * Bounds retries by a share of the requests, so that they cannot multiply the load of an upstream that fails (the retry
 * budget of Finagle; Google SRE book, "Handling Overload"). Each request, or each success, deposits `ratio`; each retry
 * takes 1. The balance begins at `burst` and never exceeds it.
 */
export class RetryBudget {
  private readonly ratio: number
  private readonly most: number
  private readonly perSuccess: boolean
  private deposited: number

  constructor({ burst = 10, per, ratio }: Value) {
    this.ratio = ratio
    this.most = burst
    this.perSuccess = per === "success"
    this.deposited = burst
  }

  /** The retries that could be made now. */
  get balance(): number {
    return this.deposited
  }

  onRequest(): void {
    if (!this.perSuccess) this.deposit()
  }

  onSuccess(): void {
    if (this.perSuccess) this.deposit()
  }

  /** Takes a retry from the balance; returns false if there is none. */
  take(): boolean {
    if (this.deposited < 1 - rounding) return false
    this.deposited = Math.max(0, this.deposited - 1)
    return true
  }

  /** Gives back a retry that was taken and not made. */
  giveBack(): void {
    this.deposited = Math.min(this.most, this.deposited + 1)
  }

  private deposit(): void {
    this.deposited = Math.min(this.most, this.deposited + this.ratio)
  }
}

/** Forgives the rounding of a sum of ratios: ten deposits of 0.1 are one retry. */
const rounding = 1e-9
