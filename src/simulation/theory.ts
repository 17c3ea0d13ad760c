// Formulas of queueing theory, to which simulated figures are held. jstat and simple-statistics have distributions, and
// no queues.

/** A queue of several equal places with Poisson arrivals and exponential service (M/M/c). Rates are per second. */
export interface Queue {
  readonly servers: number
  readonly rate: number
  /** The mean service time, in seconds. */
  readonly mean: number
}

/** The offered load: the places that would be busy if there were enough of them (in erlangs). */
const loadOf = ({ mean, rate }: Queue): number => rate * mean

/**
 * The share of arrivals that find all of `servers` places busy where nobody may wait (Erlang B, A. K. Erlang 1917), by
 * the recursion that does not overflow.
 */
export const erlangB = (queue: Queue): number => {
  const load = loadOf(queue)
  let blocked = 1
  for (let servers = 1; servers <= queue.servers; servers++) blocked = load * blocked / (servers + load * blocked)
  return blocked
}

/** The share of arrivals that wait, where all may wait (Erlang C). The load must be below the number of places. */
export const erlangC = (queue: Queue): number => {
  const busy = loadOf(queue) / queue.servers
  const blocked = erlangB(queue)
  return blocked / (1 - busy * (1 - blocked))
}

/** The mean wait of all arrivals of M/M/c, in seconds. */
export const meanWait = (queue: Queue): number => erlangC(queue) / (queue.servers / queue.mean - queue.rate)

/** The share of arrivals of M/M/c whose wait and service together take longer than so many seconds. */
export const tail = (queue: Queue, seconds: number): number => {
  const waits = erlangC(queue)
  const served = 1 / queue.mean
  const drained = queue.servers * served - queue.rate
  if (Math.abs(drained - served) < 1e-9 * served) return (1 + waits * served * seconds) * Math.exp(-served * seconds)
  const own = Math.exp(-served * seconds)
  return own + waits * served / (drained - served) * (own - Math.exp(-drained * seconds))
}

/** The time, in seconds, below which the share `p` of all arrivals of M/M/c is done. */
export const quantile = (queue: Queue, p: number): number => {
  let [low, high] = [0, queue.mean]
  while (tail(queue, high) > 1 - p) high *= 2
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (tail(queue, middle) > 1 - p) low = middle
    else high = middle
  }
  return high
}

/** A queue in which only so many arrivals may wait (M/M/c/K): the share refused, and the mean time of the others. */
export const bounded = (queue: Queue, places: number): { readonly refused: number; readonly time: number } => {
  const load = loadOf(queue)
  const weights = [1]
  for (let present = 1; present <= queue.servers + places; present++) {
    weights.push((weights[present - 1] ?? 0) * load / Math.min(present, queue.servers))
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const refused = (weights.at(-1) ?? 0) / total
  const present = weights.reduce((sum, weight, count) => sum + count * weight, 0) / total
  return { refused, time: present / (queue.rate * (1 - refused)) }
}

/**
 * The mean wait of one place with Poisson arrivals and any service (Pollaczek 1930, Khinchine 1932), in seconds.
 * `variation` is the squared coefficient of variation of the service: 0 where constant, 1 where exponential.
 */
export const pollaczekKhinchine = ({ mean, rate }: Queue, variation: number): number => {
  const busy = rate * mean
  return busy * mean * (1 + variation) / (2 * (1 - busy))
}

/** Independent attempts that each fail with the share `failure`: the mean number made, and the share that fail all. */
export const retries = (
  failure: number,
  attempts: number
): { readonly made: number; readonly failed: number } => ({
  made: failure === 1 ? attempts : (1 - failure ** attempts) / (1 - failure),
  failed: failure ** attempts
})
