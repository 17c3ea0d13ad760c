import { purposes, uniform } from "./draws.ts"
import type { Arrivals } from "./Scenario.ts"

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
