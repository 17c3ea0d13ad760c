/** The largest `n` for which `sumOfSquares` is promised to be exact; it then takes about a quarter of a second. */
export const largestN = 100_000_000

// i = high * 2^13 + low. Up to largestN each of the three sums below stays under 5e15, so under 2^53, where doubles are exact.
const lowBits = 13
const lowMask = 2 ** lowBits - 1

/**
 * The sum of i² for every whole i from 0 to n - 1, exact for n up to `largestN`. It visits every i on purpose: it is the handbook's
 * CPU-bound work, for which a closed formula would be beside the point. Plain doubles lose digits from n = 300,000 on.
 */
export const sumOfSquares = (n: number): bigint => {
  let highs = 0
  let products = 0
  let lows = 0
  for (let i = 0; i < n; i++) {
    const high = i >>> lowBits
    const low = i & lowMask
    highs += high * high
    products += high * low
    lows += low * low
  }
  return (BigInt(highs) << BigInt(2 * lowBits)) + (BigInt(products) << BigInt(lowBits + 1)) + BigInt(lows)
}
