/** The confidence of every bound that is taken from recorded times. */
export const confidence = 0.95

/**
 * The number of independent samples that a bound above the quantile `p` needs: so many that the greatest of them lies
 * above it with a confidence of 95 % (S. S. Wilks, 1941). A bound of p99.9 needs 2,995.
 */
export const samplesNeeded = (p: number): number => Math.ceil(Math.log(1 - confidence) / Math.log(p))

/** The logarithms of factorials up to `count`. */
const logFactorials = (count: number): Float64Array => {
  const logs = new Float64Array(count + 1)
  for (let n = 2; n <= count; n++) logs[n] = (logs[n - 1] ?? 0) + Math.log(n)
  return logs
}

/**
 * Returns the rank, from 1, of the sorted sample that lies above the quantile `p` with a confidence of 95 %: the
 * smallest for which the binomial distribution says so. Undefined where samples are too few.
 */
export const boundingRank = (count: number, p: number): number | undefined => {
  if (count < samplesNeeded(p)) return undefined
  const logs = logFactorials(count)
  const at = (n: number) => logs[n] ?? 0
  // from the top: the probability that at most `beyond` samples lie above the quantile
  let probability = 0
  let beyond = 0
  for (; beyond < count; beyond++) {
    const log = at(count) - at(beyond) - at(count - beyond) + beyond * Math.log(1 - p) + (count - beyond) * Math.log(p)
    probability += Math.exp(log)
    if (probability > 1 - confidence) break
  }
  return count - beyond + 1
}
