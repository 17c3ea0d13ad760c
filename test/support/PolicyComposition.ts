import { Clock, Duration, Effect, Fiber, Option, Random, Schedule, ScheduleDecision } from "effect"
import { format, longest } from "../../src/policy/DurationText.ts"
import type { FailedAttempt } from "../../src/policy/FailedAttempt.ts"
import * as FairSemaphore from "../../src/policy/FairSemaphore.ts"
import { monotonic } from "../../src/policy/monotonic.ts"
import { type Backoff, largestConcurrency, type Policy, type Retry } from "../../src/policy/Policy.ts"
import type { Transformer } from "../../src/policy/PolicyInterpreter.ts"
import { PolicyTimeout } from "../../src/policy/PolicyTimeout.ts"
import { isTransient } from "../../src/policy/Transient.ts"

// The plain composition of Effect's operators, with which the policy interpreter must agree: slow, but simple enough to
// be trusted.

/**
 * Runs the effect in a fiber of its own. Effect 3.22 attaches the fibers of an `Effect.timeout` inside `Effect.forEach`
 * to the caller of `forEach`. A failing sibling would then interrupt such a fiber only after its time; a fiber of its
 * own is interrupted at once.
 */
const inOwnFiber = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(
      Effect.fork(restore(effect)),
      (fiber) => Effect.onInterrupt(restore(Fiber.join(fiber)), () => Fiber.interrupt(fiber))
    )
  )

const within = (limit: Duration.Duration | undefined) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  limit === undefined
    ? effect
    : inOwnFiber(Effect.timeoutFail(effect, { duration: limit, onTimeout: () => new PolicyTimeout({ after: limit }) }))

const grows = (backoff: Backoff) => {
  switch (backoff.kind) {
    case "constant":
      return Schedule.spaced(backoff.base)
    case "linear":
      return Schedule.linear(backoff.base)
    case "exponential":
      return Schedule.exponential(backoff.base, backoff.factor)
  }
}

const bounded = (backoff: Backoff) => {
  const most = "max" in backoff ? backoff.max ?? longest : longest
  return (_: unknown, pause: Duration.Duration) =>
    Duration.min(Duration.millis(Math.round(Duration.toMillis(pause))), most)
}

const drawn = (_: unknown, pause: Duration.Duration) =>
  Effect.map(Random.nextIntBetween(0, Duration.toMillis(pause) + 1), Duration.millis)

const pauses = (retry: Omit<Retry, "attempts">): Schedule.Schedule<unknown> => {
  const regular = grows(retry.backoff).pipe(Schedule.modifyDelay(bounded(retry.backoff)))
  return retry.jitter === "full" ? Schedule.modifyDelayEffect(regular, drawn) : regular
}

const now = Effect.clockWith((clock) => Effect.sync(() => monotonic(clock)))

const schedule = <E>(retry: Retry, until: number, tell: (failed: FailedAttempt<E>) => Effect.Effect<void>) =>
  Effect.sync(() => {
    let attempt = 0
    return pauses(retry).pipe(
      Schedule.intersect(Schedule.recurs(retry.attempts - 1)),
      Schedule.whileInput((error: E) => isTransient(error)),
      Schedule.delays,
      // no pause up to the timeout of the whole
      Schedule.whileOutputEffect((pause) => Effect.map(now, (at) => Duration.toMillis(pause) < until - at)),
      Schedule.intersect(Schedule.identity<E>()),
      Schedule.onDecision(([pause, error], decision) =>
        tell({
          attempt: ++attempt,
          error,
          delay: ScheduleDecision.isContinue(decision) ? Option.some(pause) : Option.none()
        })
      )
    )
  })

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
  until: number,
  hook: (failed: FailedAttempt<E>) => Effect.Effect<void>
): Effect.Effect<A, E, R> => {
  const tell = (failed: FailedAttempt<E>) => Effect.zipRight(spanEvent(failed), hook(failed))
  if (retry === undefined) {
    return Effect.tapError(effect, (error) => tell({ attempt: 1, error, delay: Option.none() }))
  }
  return Effect.catchAll(effect, (error) => {
    // the schedule, which takes longer to make than many operations run, is fed the first attempt as if it had seen it
    let next: Effect.Effect<A, E, R> = Effect.fail(error)
    const attempt = Effect.suspend(() => {
      const current = next
      next = effect
      return current
    })
    return Effect.flatMap(schedule(retry, until, tell), (pauses) => Effect.retry(attempt, pauses))
  })
}

/** The oracle tells no operation its time. */
const timeless = { left: undefined, isOver: false }

/** Turns a policy into a transformer of effects, by Effect's own operators. */
export const make = (policy: Policy): Effect.Effect<{ readonly apply: () => Transformer }> =>
  Effect.map(
    FairSemaphore.make(typeof policy.concurrency === "number" ? policy.concurrency : largestConcurrency),
    ({ withPermit }) => ({
      apply: (): Transformer => (operation, hook = () => Effect.void) => {
        const effect = Effect.isEffect(operation) ? operation : operation(timeless)
        const longest = policy.timeout === undefined ? Infinity : Duration.toMillis(policy.timeout)
        const limited = Effect.flatMap(now, (began) =>
          attempts(within(policy.attemptTimeout)(effect), policy.retry, began + longest, hook)).pipe(
            within(policy.timeout)
          )
        return policy.concurrency === undefined ? limited : withPermit(limited)
      }
    })
  )
