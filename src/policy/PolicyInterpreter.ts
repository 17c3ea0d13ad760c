import { Clock, Data, Duration, Effect, Option, Random } from "effect"
import { format, longest } from "./DurationText.ts"
import * as FairSemaphore from "./FairSemaphore.ts"
import { type Backoff, largestConcurrency, type Policy, type Retry } from "./Policy.ts"
import { isTransient } from "./Transient.ts"

/** The operation, or one attempt at it, did not end in its time and was interrupted. Transient: the next attempt may be faster. */
export class PolicyTimeout extends Data.TaggedError("PolicyTimeout")<{ readonly after: Duration.Duration }> {
  readonly transient = true

  override get message(): string {
    return `timed out after ${format(this.after)}`
  }
}

/** A failed attempt, counted from 1, and the pause before the next one; no pause if it was the last. */
export interface FailedAttempt<E> {
  readonly attempt: number
  readonly error: E
  readonly delay: Option.Option<Duration.Duration>
}

/** Puts a policy around an effect; the hook sees each failed attempt, before the pause that follows it. */
export interface Transformer {
  <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    onFailedAttempt?: (failed: FailedAttempt<E | PolicyTimeout>) => Effect.Effect<void>
  ): Effect.Effect<A, E | PolicyTimeout, R>
}

/** A policy at work, with the permits that all its operations share. */
export interface Interpreter {
  /** The policy's transformer; its operations take their permits from the party, or else are each a party of their own. */
  readonly apply: (party?: FairSemaphore.Party) => Transformer
  /** The permits of the policy's concurrency; without one, as many as any policy can have. */
  readonly parties: FairSemaphore.FairSemaphore
}

const backoffMillis = (backoff: Backoff, attempt: number): number => {
  const base = Duration.toMillis(backoff.base)
  switch (backoff.kind) {
    case "constant":
      return base
    case "linear":
      return base * attempt
    case "exponential":
      return base * (backoff.factor ?? 2) ** (attempt - 1)
  }
}

/** The pause after the n-th failed attempt, n from 1, in whole milliseconds; drawn from Random if the policy has jitter. */
export const delayAfter = (retry: Retry, attempt: number): Effect.Effect<Duration.Duration> => {
  const { backoff } = retry
  const max = "max" in backoff ? backoff.max : longest
  const millis = Math.min(Math.round(backoffMillis(backoff, attempt)), Duration.toMillis(max))
  return retry.jitter === "full"
    ? Effect.map(Random.nextIntBetween(0, millis + 1), Duration.millis)
    : Effect.succeed(Duration.millis(millis))
}

const within = (limit: Duration.Duration | undefined) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  limit === undefined
    ? effect
    : Effect.timeoutFail(effect, { duration: limit, onTimeout: () => new PolicyTimeout({ after: limit }) })

const spanEvent = ({ attempt, delay, error }: FailedAttempt<unknown>): Effect.Effect<void> =>
  Effect.currentSpan.pipe(
    Effect.zipWith(Clock.currentTimeNanos, (span, now) =>
      span.event("attempt failed", now, {
        attempt,
        error: String(error),
        ...Option.match(delay, { onNone: () => ({}), onSome: (pause) => ({ delay: format(pause) }) })
      })),
    Effect.ignore
  )

const attempts = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  retry: Retry | undefined,
  onFailedAttempt: (failed: FailedAttempt<E>) => Effect.Effect<void>
): Effect.Effect<A, E, R> => {
  const from = (attempt: number): Effect.Effect<A, E, R> =>
    Effect.catchAll(effect, (error) =>
      Effect.gen(function*() {
        const again = retry !== undefined && attempt < retry.attempts && isTransient(error)
        const delay = again ? Option.some(yield* delayAfter(retry, attempt)) : Option.none()
        const failed = { attempt, error, delay }
        yield* spanEvent(failed)
        yield* onFailedAttempt(failed)
        if (Option.isNone(delay)) return yield* Effect.fail(error)
        yield* Effect.sleep(delay.value)
        return yield* from(attempt + 1)
      }))
  return from(1)
}

/**
 * Turns a policy into a transformer of effects: the one place that knows what the parts of a policy mean.
 *
 * From the outside in: concurrency, timeout, retry, attempt timeout. The timeout covers the attempts and the pauses between them, as it is
 * the caller's whole patience with the operation. Waiting for a permit counts into neither timeout: they speak of how slow
 * the operation may be, not of how many came before it, and an operation must not fail for the queue of others. The permit is kept over
 * the pauses: a retry must not add load to what is already saturated. (The order of the standard handler of .NET's resilience extensions.)
 *
 * A timeout interrupts the operation and waits until it has been cleaned up. Only errors retry, never defects or interruptions.
 */
export const make = (policy: Policy): Effect.Effect<Interpreter> =>
  Effect.map(FairSemaphore.make(policy.concurrency ?? largestConcurrency), (parties) => ({
    parties,
    apply: (party = parties): Transformer => (effect, onFailedAttempt = () => Effect.void) => {
      const limited = attempts(within(policy.attemptTimeout)(effect), policy.retry, onFailedAttempt).pipe(
        within(policy.timeout)
      )
      return policy.concurrency === undefined ? limited : party.withPermit(limited)
    }
  }))
