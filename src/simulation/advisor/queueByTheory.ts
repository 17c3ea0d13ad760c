/** A client's queue before some places, by the model M/M/c/K. Times are milliseconds, rates per millisecond. */
export interface Crowd {
  readonly rate: number
  readonly places: number
  readonly mean: number
}

/** Parts into which the wait is divided to add it up. */
const parts = 400

/** The chance that `departures` of all busy places, and then an own service, take no longer than `within`. */
const inTime = ({ mean, places }: Crowd, departures: number, within: number): number => {
  if (departures === 0) return -Math.expm1(-within / mean)
  const freed = places / mean
  let logFactorial = 0
  for (let n = 2; n < departures; n++) logFactorial += Math.log(n)
  let sum = 0
  for (let part = 0; part < parts; part++) {
    const wait = (part + 0.5) / parts * within
    // the density of the sum of so many exponential times (Erlang)
    const density = Math.exp(
      departures * Math.log(freed) + (departures - 1) * Math.log(wait) - freed * wait - logFactorial
    )
    sum += density * -Math.expm1((wait - within) / mean)
  }
  return sum * within / parts
}

/** The shares of arrivals that succeed in time, by the places of the queue from 0 to `most`. */
export const inTimeByQueue = (crowd: Crowd, within: number, most: number): ReadonlyArray<number> => {
  const { mean, places, rate } = crowd
  // relative weights of the numbers present, scaled so that none overflows
  let weight = 1
  let total = 1
  let good = places > 0 ? inTime(crowd, 0, within) : 0
  for (let present = 1; present < places; present++) {
    weight *= rate * mean / present
    total += weight
    good += weight * inTime(crowd, 0, within)
    if (weight > 1e100) [weight, total, good] = [1, total / weight, good / weight]
  }
  const shares: Array<number> = []
  for (let queue = 0; queue <= most; queue++) {
    // the state in which all places are busy and the queue is full refuses
    weight *= rate * mean / places
    total += weight
    shares.push(good / total)
    good += weight * inTime(crowd, queue + 1, within)
    if (weight > 1e100) [weight, total, good] = [1, total / weight, good / weight]
  }
  return shares
}

/**
 * The queue with which most arrivals succeed in time, if service times were exponential: a longer one serves requests
 * that are too late already, a shorter one leaves places idle.
 */
export const bestQueue = (crowd: Crowd, within: number, most: number): number => {
  const shares = inTimeByQueue(crowd, within, most)
  const best = Math.max(...shares)
  // of equal queues the shortest
  return shares.findIndex((share) => share >= best * (1 - 1e-6))
}
