import { type Attempt, type AttemptOutcome, attemptOutcomes } from "./ModelledUpstream.ts"

/** The columns of a trace file, in this order; times are nanoseconds of virtual time. */
export const columns = ["request", "attempt", "sent", "demand", "start", "end", "outcome"] as const

/** The offset and the prime of FNV-1a with 32 bits (G. Fowler, L. C. Noll, K.-P. Vo). */
const offset = 0x81_1c_9d_c5
const prime = 0x01_00_01_93

const word = 2 ** 32

/**
 * A hash over every attempt in the order in which the attempts ended at the upstream: two runs with the same hash went
 * the same way. Two sums of 32 bits, which differ in their direction of mixing, give 64.
 */
export class Trace {
  private one = offset
  private other = ~offset
  private readonly write: ((line: string) => void) | undefined

  constructor(write?: (line: string) => void) {
    this.write = write
    this.write?.(columns.join(","))
  }

  add({ attempt, demand, request, sent, start }: Attempt, end: number, outcome: AttemptOutcome): void {
    this.mix(request)
    this.mix(attempt)
    this.mix(sent)
    this.mix(demand)
    this.mix(start)
    this.mix(end)
    this.mix(attemptOutcomes.indexOf(outcome))
    this.write?.(`${request},${attempt},${sent},${demand},${start},${end},${outcome}`)
  }

  private mix(value: number): void {
    const low = value | 0
    const high = Math.floor(value / word) | 0
    this.one = Math.imul(Math.imul(this.one ^ low, prime) ^ high, prime)
    this.other = Math.imul(Math.imul(this.other ^ high, prime) ^ ((low << 13) | (low >>> 19)), prime)
  }

  /** The hash so far, 16 hexadecimal digits. */
  get hash(): string {
    return [this.one, this.other].map((sum) => (sum >>> 0).toString(16).padStart(8, "0")).join("")
  }
}
