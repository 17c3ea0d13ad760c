import { Context, Effect, Exit, Layer } from "effect"

/**
 * Times of successful attempts, in milliseconds. Those in `longer` were given up at their time, by a timeout or by a
 * client that left; they would have taken longer (right-censored).
 */
export interface MeasuredLatencies {
  readonly values: ReadonlyArray<number>
  readonly longer: ReadonlyArray<number>
  /** Attempts that failed; their times say nothing of a service. */
  readonly failed: number
}

/** Attempts of a host that are kept, the latest: a bound of p99.95 needs 5,990. Nine bytes each. */
const mostKept = 8_192

/** Hosts that are kept. A server calls one or two; the bound is for those that take hosts from their requests. */
const mostHosts = 64

const ends = { succeeded: 0, failed: 1, longer: 2 } as const
type End = (typeof ends)[keyof typeof ends]

/** The latest attempts of a host, in a ring. */
class Ring {
  private readonly millis = new Float64Array(mostKept)
  private readonly ends = new Uint8Array(mostKept)
  private count = 0

  add(millis: number, end: End): void {
    this.millis[this.count % mostKept] = millis
    this.ends[this.count % mostKept] = end
    this.count++
  }

  read(): MeasuredLatencies {
    const values: Array<number> = []
    const longer: Array<number> = []
    let failed = 0
    for (let index = 0; index < Math.min(this.count, mostKept); index++) {
      const end = this.ends[index]
      if (end === ends.failed) failed++
      else if (end === ends.longer) longer.push(this.millis[index] ?? 0)
      else values.push(this.millis[index] ?? 0)
    }
    return { values, longer, failed }
  }
}

const nanosPerMilli = 1_000_000

const endOf = (exit: Exit.Exit<unknown, unknown>): End => {
  if (Exit.isSuccess(exit)) return ends.succeeded
  return Exit.isInterrupted(exit) ? ends.longer : ends.failed
}

/** The latest times of attempts at each upstream, from which the advisor can take a model. */
export class UpstreamLatencies extends Context.Tag("barista/platform/upstream/UpstreamLatencies")<UpstreamLatencies, {
  /** Measures an attempt at a host by the Clock, and notes its end. */
  readonly measured: (host: string) => <A, E, R>(attempt: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Returns the kept attempts of a host; undefined if there was none. */
  readonly of: (host: string) => MeasuredLatencies | undefined
  readonly hosts: () => ReadonlyArray<string>
}>() {
  static readonly layer = Layer.sync(UpstreamLatencies, () => {
    const rings = new Map<string, Ring>()
    const ringOf = (host: string): Ring => {
      const known = rings.get(host)
      const ring = known ?? new Ring()
      // a map keeps the order of insertion: the host that was called least recently comes first
      if (known !== undefined) rings.delete(host)
      rings.set(host, ring)
      const [oldest] = rings.keys()
      if (rings.size > mostHosts && oldest !== undefined) rings.delete(oldest)
      return ring
    }
    return {
      measured: (host) => (attempt) =>
        Effect.clockWith((clock) => {
          const began = clock.unsafeCurrentTimeNanos()
          return Effect.onExit(attempt, (exit) =>
            Effect.sync(() =>
              ringOf(host).add(Number(clock.unsafeCurrentTimeNanos() - began) / nanosPerMilli, endOf(exit))
            ))
        }),
      of: (host) => rings.get(host)?.read(),
      hosts: () => [...rings.keys()]
    }
  })
}
