import { Duration } from "effect"
import { pauseAfter } from "../policy/Backoff.ts"
import type { Policy, Retry } from "../policy/Policy.ts"
import type { Timeline } from "./Timeline.ts"

/** Tells whether a pause can be one of a retry; a recording does not say how long the upstream asked to wait. */
const isPause = ({ backoff, jitter = "none", retryAfter }: Retry, value: number, pause: number): boolean => {
  const bounds: Readonly<Record<typeof jitter, readonly [least: number, most: number]>> = {
    none: [pause, pause],
    full: [0, pause],
    equal: [Math.ceil(pause / 2), pause],
    decorrelated: [Duration.toMillis(backoff.base), Infinity]
  }
  const [least, most] = bounds[jitter]
  return value >= least && (value <= most || retryAfter !== "ignore")
}

/**
 * Lists contradictions between a recording and the policy of a name: more attempts than allowed, pauses and timeouts of
 * another length. The policy must be the one in force, with the parts that an operation replaced. An upstream may ask
 * for a longer pause, unless the policy ignores it.
 */
export const policyViolations = (
  { events }: Timeline,
  name: string,
  { attemptTimeout, retry, timeout }: Policy
): ReadonlyArray<string> => {
  const pauseOf = retry && pauseAfter(retry.backoff)
  const limits = new Set(
    [timeout, attemptTimeout].flatMap((limit) => limit === undefined ? [] : [Duration.toMillis(limit)])
  )
  const open = new Map<number, number>()
  return events.flatMap(({ fiber, kind, policy, value = 0 }) => {
    if (kind === "attempt") {
      if (policy === name) open.set(fiber, value)
      else open.delete(fiber)
      return policy === name && value > (retry?.attempts ?? 1)
        ? [`fiber ${fiber}: attempt ${value} is one too many`]
        : []
    }
    const attempt = open.get(fiber)
    if (attempt === undefined) return []
    if (kind === "timeout") return limits.has(value) ? [] : [`fiber ${fiber}: no timeout of ${value} ms`]
    if (kind !== "pause") return []
    const pause = pauseOf?.(attempt)
    const isRight = pause !== undefined && retry !== undefined && isPause(retry, value, pause)
    return isRight ? [] : [`fiber ${fiber}: a pause of ${value} ms after attempt ${attempt}`]
  })
}
