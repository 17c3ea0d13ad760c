/** The largest `n` for which `sumOfSquares` is exact and answers in well under a second. */
export const largestN = 100_000_000

// i = high * 2^14 + low, both below 2^14: every product and every sum of a block stays below 2^53, where doubles are exact
const lowBits = 14
const lowMask = 2 ** lowBits - 1
const block = 2 ** 24

/**
 * The sum of i² for every whole i from 0 to n - 1, exact for n up to `largestN`. It visits every i on purpose: it is the handbook's CPU-bound
 * work, for which a closed formula would be beside the point. Doubles alone lose digits beyond n = 300,000, and bigints alone are 30 times slower.
 */
export const sumOfSquares = (n: number): bigint => {
  let total = 0n
  for (let start = 0; start < n; start += block) {
    const end = Math.min(start + block, n)
    let highs = 0
    let products = 0
    let lows = 0
    for (let i = start; i < end; i++) {
      const high = i >>> lowBits
      const low = i & lowMask
      highs += high * high
      products += high * low
      lows += low * low
    }
    total += (BigInt(highs) << BigInt(2 * lowBits)) + (BigInt(products) << BigInt(lowBits + 1)) + BigInt(lows)
  }
  return total
}
