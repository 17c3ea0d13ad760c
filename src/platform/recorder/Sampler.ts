/** The choice of the runs that are recorded without being asked for. */
export interface Sampling {
  /** Runs a second that are recorded in any case, so that a newcomer's single request is. */
  readonly perSecond: number
  /** Share of the runs beyond, from 0 to 1. */
  readonly share: number
}

/** Fraction of the golden ratio. Its multiples spread evenly, and in step with no pattern of requests. */
const golden = 0.618_033_988_749_895

/** Chooses runs by a token bucket, and a share of those that find it empty. */
export class Sampler {
  private readonly sampling: Sampling
  private tokens: number
  private filledAt = 0
  private point = 0

  constructor(sampling: Sampling) {
    this.sampling = sampling
    this.tokens = sampling.perSecond
  }

  /** Tells whether to record a run that begins now, in milliseconds of any clock. */
  takes(now: number): boolean {
    const { perSecond, share } = this.sampling
    this.tokens = Math.min(perSecond, this.tokens + ((now - this.filledAt) / 1000) * perSecond)
    this.filledAt = now
    if (this.tokens >= 1) {
      this.tokens--
      return true
    }
    this.point = (this.point + golden) % 1
    return this.point < share
  }
}
