import { Duration, Schema } from "effect"
import { Policy } from "../../policy/Policy.ts"

/** The values that the advisor varies. Times are whole milliseconds; what is absent is no part of the policy. */
export interface Shape {
  readonly attemptTimeout?: number | undefined
  /** 1 is no retry. */
  readonly attempts: number
  /** The budget's ratio: retries per request. */
  readonly budget?: number | undefined
  readonly hedgeAfter?: number | undefined
  readonly limit?: number | undefined
  readonly queue?: number | undefined
}

/** The values that all policies of a question share, in whole milliseconds. */
export interface Fixed {
  readonly timeout: number
  /** The first pause at most, which doubles. */
  readonly base: number
}

const retryOf = ({ attempts, budget }: Shape, { base, timeout }: Fixed): Policy["retry"] => ({
  attempts,
  backoff: {
    kind: "exponential",
    base: Duration.millis(base),
    max: Duration.millis(Math.max(base, timeout))
  },
  jitter: "full",
  ...(budget === undefined ? {} : { budget: { ratio: budget } })
})

/** Writes a shape as a policy. The timeout is the objective's: a later success is none. */
export const policyOf = (shape: Shape, fixed: Fixed): Policy => {
  const retry = shape.attempts === 1 ? undefined : retryOf(shape, fixed)
  const { attemptTimeout, hedgeAfter, limit, queue } = shape
  return {
    timeout: Duration.millis(fixed.timeout),
    ...(attemptTimeout === undefined ? {} : { attemptTimeout: Duration.millis(attemptTimeout) }),
    ...(retry === undefined ? {} : { retry }),
    ...(hedgeAfter === undefined ? {} : { hedge: { after: Duration.millis(hedgeAfter) } }),
    ...(limit === undefined ? {} : { concurrency: queue === undefined ? limit : { limit, queue } })
  }
}

/** Counts the parts of a policy, and attempts beyond the second: one with fewer is easier to understand. */
export const partsOf = (policy: Policy): number =>
  Object.keys(policy).length + Number(policy.retry?.budget !== undefined) +
  Number(typeof policy.concurrency === "object") + Math.max(0, (policy.retry?.attempts ?? 2) - 2)

/** A name for a shape; equal shapes have equal names. */
export const keyOf = ({ attempts, attemptTimeout, budget, hedgeAfter, limit, queue }: Shape): string =>
  [attempts, attemptTimeout, budget, hedgeAfter, limit, queue].map((value) => value ?? "").join("/")

const encoded = Schema.encodeSync(Policy)

/** True if two policies are written alike. */
export const samePolicy = (one: Policy, other: Policy): boolean =>
  JSON.stringify(encoded(one)) === JSON.stringify(encoded(other))
