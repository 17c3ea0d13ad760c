import { Clock, Data, type Duration, Effect, Fiber, Option } from "effect"
import { format } from "./DurationText.ts"
import * as FairSemaphore from "./FairSemaphore.ts"
import { largestConcurrency, type Policy, type Retry } from "./Policy.ts"
import * as PolicyCounters from "./PolicyCounters.ts"
import * as RetrySchedule from "./RetrySchedule.ts"
import type { FailedAttempt } from "./RetrySchedule.ts"

/** The operation, or one attempt at it, did not end in its time and was interrupted. Transient: the next attempt may be faster. */
export class PolicyTimeout extends Data.TaggedError("PolicyTimeout")<{ readonly after: Duration.Duration }> {
  readonly transient = true

  override get message(): string {
    return `timed out after ${format(this.after)}`
  }
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
  readonly counters: Readonly<PolicyCounters.PolicyCounters>
  /** The same policy with some parts replaced; shares the permits and the counters. */
  readonly replacing: (parts: Omit<Policy, "concurrency">) => Interpreter
}

/**
 * Runs the effect in a fiber of its own. Effect 3.22 attaches the fibers of an `Effect.timeout` inside `Effect.forEach` to the caller of
 * `forEach`, so that a failing sibling would interrupt it only once its time is over; a fiber of its own is interrupted at once.
 */
const inOwnFiber = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(
      Effect.fork(restore(effect)),
      (fiber) => Effect.onInterrupt(restore(Fiber.join(fiber)), () => Fiber.interrupt(fiber))
    )
  )

const within =
  (limit: Duration.Duration | undefined, onTimeout: () => void) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    limit === undefined
      ? effect
      : inOwnFiber(Effect.timeoutFail(effect, {
        duration: limit,
        onTimeout: () => {
          onTimeout()
          return new PolicyTimeout({ after: limit })
        }
      }))

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
  const tell = (failed: FailedAttempt<E>) => Effect.zipRight(spanEvent(failed), onFailedAttempt(failed))
  if (retry === undefined) {
    return Effect.tapError(effect, (error) => tell({ attempt: 1, error, delay: Option.none() }))
  }
  return Effect.catchAll(effect, (error) => {
    // the schedule, which takes longer to make than many an operation runs, is told of the first attempt as if it had seen it
    let next: Effect.Effect<A, E, R> = Effect.fail(error)
    const attempt = Effect.suspend(() => {
      const current = next
      next = effect
      return current
    })
    return Effect.flatMap(RetrySchedule.make<E>(retry, tell), (schedule) => Effect.retry(attempt, schedule))
  })
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
  Effect.map(
    FairSemaphore.make(policy.concurrency ?? largestConcurrency),
    (parties) => interpreter(policy, parties, PolicyCounters.make())
  )

const interpreter = (
  policy: Policy,
  parties: FairSemaphore.FairSemaphore,
  counters: PolicyCounters.PolicyCounters
): Interpreter => ({
  parties,
  counters,
  replacing: (parts) => interpreter({ ...policy, ...parts }, parties, counters),
  apply: (party = parties): Transformer => (effect, onFailedAttempt = () => Effect.void) => {
    const attempt = Effect.suspend(() => {
      counters.attempts++
      return effect
    }).pipe(
      within(policy.attemptTimeout, () => counters.attemptTimeouts++),
      Effect.tapError(() => Effect.sync(() => counters.failures++))
    )
    const operation = Effect.suspend(() => {
      counters.operations++
      return attempts(attempt, policy.retry, onFailedAttempt)
    })
    const limited = within(policy.timeout, () => counters.timeouts++)(operation)
    return policy.concurrency === undefined ? limited : party.withPermit(limited)
  }
})
