import { type Sampler, sampler } from "./Distribution.ts"
import { purposes, uniform } from "./draws.ts"
import { type Arrivals, mostRequests, type Scenario } from "./Scenario.ts"
import type { VirtualTime } from "./VirtualClock.ts"

const nanosPerSecond = 1_000_000_000

type Open = Extract<Arrivals, { readonly kind: "poisson" | "regular" }>

/** A time with one rate, in arrivals per nanosecond. */
interface Part {
  readonly to: number
  readonly rate: number
}

const partsOf = (arrivals: Open): ReadonlyArray<Part> => {
  if ("rate" in arrivals) return [{ to: Infinity, rate: arrivals.rate / nanosPerSecond }]
  let end = 0
  return arrivals.phases.map(({ for: length, rate }) => ({ to: end += length, rate: rate / nanosPerSecond }))
}

/**
 * Computes the arrivals of requests that wait for no answer, one after the other, in nanoseconds; undefined once the
 * last phase is over. Between two arrivals the rate adds up to 1 where arrivals are regular, and to an exponential of
 * mean 1 where they are a Poisson process, whatever phases lie between (inversion of the cumulative rate).
 */
export const openArrivals = (arrivals: Open, seed: number): (request: number) => number | undefined => {
  const parts = partsOf(arrivals)
  const isRegular = arrivals.kind === "regular"
  let now = 0
  let part = 0
  return (request) => {
    let left = isRegular ? Number(request > 0) : -Math.log(uniform(seed, request, 0, purposes.gap))
    for (; part < parts.length; part++) {
      const { rate, to } = parts[part] ?? { rate: 0, to: now }
      const end = rate > 0 ? now + left / rate : Infinity
      if (end < to) {
        now = end
        return Math.round(now)
      }
      left -= (to - now) * rate
      now = to
    }
    return undefined
  }
}

/** The requests of a run as they arrive. */
export interface Requests {
  /** The requests that have arrived. */
  readonly count: () => number
  /** Takes the next one, at its time. */
  readonly arrive: () => void
}

/** Schedules the arrivals of one run of a scenario. */
class Schedule {
  private readonly time: VirtualTime
  private readonly requests: Requests
  private readonly most: number
  private readonly until: number

  constructor({ duration = Infinity, requests: most = mostRequests }: Scenario, time: VirtualTime, requests: Requests) {
    this.time = time
    this.requests = requests
    this.most = most
    this.until = duration
  }

  burst(clients: number): void {
    this.time.at(0, () => {
      for (let client = 0; client < Math.min(clients, this.most); client++) this.requests.arrive()
    })
  }

  open(next: (request: number) => number | undefined): void {
    const request = this.requests.count()
    const at = request < this.most ? next(request) : undefined
    if (at === undefined || at >= this.until) return
    this.time.at(at, () => {
      this.requests.arrive()
      this.open(next)
    })
  }

  comeBack(think: Sampler, seed: number, key: number): void {
    const at = this.time.now + think(seed, key, 0)
    if (at < this.until) this.time.at(at, () => this.requests.count() < this.most && this.requests.arrive())
  }
}

/** Begins the arrivals of a scenario at time 0; returns what follows the end of a request. */
export const begin = (
  scenario: Scenario,
  seed: number,
  time: VirtualTime,
  requests: Requests
): (request: number) => void => {
  const { arrivals } = scenario
  const schedule = new Schedule(scenario, time, requests)
  switch (arrivals.kind) {
    case "burst":
      schedule.burst(arrivals.clients)
      return () => undefined
    case "closed": {
      const think = sampler(arrivals.think, purposes.think)
      for (let client = 0; client < arrivals.clients; client++) schedule.comeBack(think, seed, client)
      return (request) => schedule.comeBack(think, seed, arrivals.clients + request)
    }
    default:
      schedule.open(openArrivals(arrivals, seed))
      return () => undefined
  }
}
