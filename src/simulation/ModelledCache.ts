import { purposes, uniform } from "./draws.ts"
import type { Cache, Fault } from "./Scenario.ts"

/** The cache before a modelled upstream. Times are nanoseconds of virtual time. */
export class ModelledCache {
  /** The time at which each key was filled. */
  private readonly filled = new Map<number, number>()
  private readonly cold: ReadonlyArray<Fault>
  private readonly model: Cache
  private readonly seed: number

  constructor(model: Cache, seed: number, faults: ReadonlyArray<Fault>) {
    this.model = model
    this.seed = seed
    this.cold = faults.filter(({ cold }) => cold === true)
  }

  /** True if the key of a request is filled. */
  has(request: number, now: number): boolean {
    const at = this.filled.get(this.keyOf(request))
    return at !== undefined && now - at < this.model.keep && !this.cold.some(({ from, to }) => at < to && from <= now)
  }

  /** Fills the key of a request. */
  fill(request: number, now: number): void {
    this.filled.set(this.keyOf(request), now)
  }

  private keyOf(request: number): number {
    return Math.floor(uniform(this.seed, request, 0, purposes.key) * this.model.keys)
  }
}
