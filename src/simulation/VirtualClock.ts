// TestClock of effect 3.22.4 takes 7 to 13 ms of real time for a wake-up, and equal deadlines fire in reverse order. A
// sleep costs 1.6 us here.
import { Clock, Data, Duration, Effect, type Exit, FiberId, Random, Runtime } from "effect"
import { turnEnded } from "../domain/turnEnded.ts"
import { type Cancel, never, type TimerClock } from "../policy/Timers.ts"
import { StepScheduler } from "./StepScheduler.ts"
import { type Timer, TimerHeap } from "./TimerHeap.ts"

const nanosPerMilli = 1_000_000

/** The part of a virtual clock that models need: the time, and callbacks without a fiber. In nanoseconds. */
export interface VirtualTime {
  readonly now: number
  readonly at: (deadline: number, fire: () => void) => Timer
  readonly cancel: (timer: Timer) => void
}

/**
 * A clock whose time stands still while anything runs, and jumps to the next deadline when nothing does. Time starts at
 * 0 and is in whole nanoseconds, exact for the first 104 days. An infinite sleep has no deadline.
 */
export class VirtualClock implements TimerClock, VirtualTime {
  readonly [Clock.ClockTypeId]: Clock.ClockTypeId = Clock.ClockTypeId
  private readonly timers = new TimerHeap()
  now = 0

  /**
   * Jumps to the earliest deadline and wakes its sleeper, only the first of several equal ones. Returns false if nobody
   * sleeps.
   */
  wakeNext(): boolean {
    const timer = this.timers.shift()
    if (timer === undefined) return false
    this.now = timer.deadline
    timer.fire()
    return true
  }

  at(deadline: number, fire: () => void): Timer {
    return this.timers.add(deadline, fire)
  }

  cancel(timer: Timer): void {
    this.timers.remove(timer)
  }

  get elapsed(): Duration.Duration {
    return Duration.millis(this.now / nanosPerMilli)
  }

  unsafeCurrentTimeMillis(): number {
    return Math.floor(this.now / nanosPerMilli)
  }

  unsafeCurrentTimeNanos(): bigint {
    return BigInt(this.now)
  }

  readonly currentTimeMillis = Effect.sync(() => this.unsafeCurrentTimeMillis())

  readonly currentTimeNanos = Effect.sync(() => this.unsafeCurrentTimeNanos())

  /** Fires after all sleeps of the same deadline: a timeout must not overtake work that ends just in time. */
  readonly after = (millis: number, fire: () => void): Cancel => {
    if (!Number.isFinite(millis)) return never
    const timer = this.timers.addLast(this.now + Math.round(millis * nanosPerMilli), fire)
    return () => this.timers.remove(timer)
  }

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    // not Effect.never, whose timer would keep the process alive
    if (!Duration.isFinite(duration)) return Effect.async<never>(() => {})
    const nanos = Math.round(Duration.toMillis(duration) * nanosPerMilli)
    return Effect.async((resume) => {
      const timer = this.timers.add(this.now + nanos, () => resume(Effect.void))
      return Effect.sync(() => this.timers.remove(timer))
    })
  }
}

/**
 * A deadlock at this virtual time since the start. Nothing could run and nobody slept, so the program waited for an
 * event that never comes.
 */
export class Deadlock extends Data.TaggedError("Deadlock")<{ readonly after: Duration.Duration }> {
  override get message(): string {
    return `deadlock after ${Duration.format(this.after)}: every fiber waits and none sleeps`
  }
}

/** The exit of a program and its virtual time. */
export interface VirtualRun<A, E> {
  readonly exit: Exit.Exit<A, E>
  readonly elapsed: Duration.Duration
}

/**
 * Steps between two turns of the host's event loop. They take some milliseconds, so that a long run neither blocks the
 * loop nor resists interruption.
 */
const stepsPerTurn = 2_000

const start = <A, E, R>(runtime: Runtime.Runtime<R>, effect: Effect.Effect<A, E, R>, seed: number) => {
  const clock = new VirtualClock()
  const scheduler = new StepScheduler()
  const program = effect.pipe(Effect.withClock(clock), Effect.withRandom(Random.make(seed)))
  const fiber = Runtime.runFork(runtime, program, { scheduler })
  let exit: Exit.Exit<A, E> | undefined
  fiber.addObserver((ended) => {
    exit = ended
  })

  const toTheEnd: Effect.Effect<VirtualRun<A, E>, Deadlock> = Effect.suspend(() => {
    for (let step = 0; step < stepsPerTurn; step++) {
      if (exit !== undefined) return Effect.succeed({ exit, elapsed: clock.elapsed })
      if (!scheduler.runNext() && !clock.wakeNext()) return new Deadlock({ after: clock.elapsed })
    }
    return Effect.zipRight(turnEnded, toTheEnd)
  })
  const stop = Effect.suspend(() => {
    if (exit !== undefined) return Effect.void
    fiber.unsafeInterruptAsFork(FiberId.none)
    return Effect.ignore(toTheEnd)
  })
  return { toTheEnd, stop }
}

/**
 * Runs an effect to its end in virtual time, at once. Sleeps, timeouts, schedules, log times and spans see the virtual
 * clock, from 0; chance comes from the seed, so the same seed gives the same run. Equal deadlines fire in the order of
 * their sleeps, each after everything that the one before set in motion. A policy's timeouts fire last.
 *
 * The effect must not wait for the outside world (promises, sockets, threads). Such a wait, like any that nothing can
 * end, is a `Deadlock`, and the effect is interrupted. Daemons left when the effect ends never run again.
 */
export const runVirtual = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  options: { readonly seed: number }
): Effect.Effect<VirtualRun<A, E>, Deadlock, R> =>
  // the runtime is taken outside the acquisition, which would hand down its uninterruptible region
  Effect.flatMap(Effect.runtime<R>(), (runtime) =>
    Effect.acquireUseRelease(
      Effect.sync(() => start(runtime, effect, options.seed)),
      (run) => run.toTheEnd,
      (run) => run.stop
    ))
