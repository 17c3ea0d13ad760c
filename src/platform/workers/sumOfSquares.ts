/** The largest `n`. Its sum takes some seconds, so its effect on an event loop shows on any machine. */
export const largestN = 1_000_000_000

// i = high * 2^13 + low. Below 2^32 the three sums over 2^14 values of i stay under 2^52; doubles are exact up to 2^53.
const lowBits = 13
const lowMask = 2 ** lowBits - 1
const stretch = 2 ** 14

/**
 * Sums i² for every whole i from `from` (0 by default) to n - 1, exact for n up to 2^32. Visits every i on purpose,
 * because the sum is the handbook's CPU-bound work; a closed formula would be no work. Plain doubles would lose digits
 * from n = 300,000 on.
 */
export const sumOfSquares = (n: number, from = 0): bigint => {
  let sum = 0n
  for (let start = from; start < n; start += stretch) sum += sumOfStretch(start, Math.min(n, start + stretch))
  return sum
}

const sumOfStretch = (from: number, to: number): bigint => {
  let highs = 0
  let products = 0
  let lows = 0
  for (let i = from; i < to; i++) {
    const high = i >>> lowBits
    const low = i & lowMask
    highs += high * high
    products += high * low
    lows += low * low
  }
  return (BigInt(highs) << BigInt(2 * lowBits)) + (BigInt(products) << BigInt(lowBits + 1)) + BigInt(lows)
}
