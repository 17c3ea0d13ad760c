import { Clock, Data, Duration, Effect, type Exit, FiberId, Random, Runtime, Scheduler } from "effect"
import { type Cancel, never, type TimerClock } from "../policy/Timers.ts"
import { TimerHeap } from "./TimerHeap.ts"

const nanosPerMilli = 1_000_000

/**
 * A clock whose time stands still while anything runs and jumps to the next deadline when nothing does. It starts at 0
 * and counts whole nanoseconds (exactly, for the first 104 days); an infinite sleep has no deadline.
 */
class VirtualClock implements TimerClock {
  readonly [Clock.ClockTypeId]: Clock.ClockTypeId = Clock.ClockTypeId
  private readonly timers = new TimerHeap()
  private now = 0

  /**
   * Jumps to the earliest deadline and wakes its sleeper, only the first of several equal ones; false if nobody sleeps.
   */
  wakeNext(): boolean {
    const timer = this.timers.shift()
    if (timer === undefined) return false
    this.now = timer.deadline
    timer.fire()
    return true
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

  /** Fires after all sleeps of the same deadline: a timeout must not overtake what ends just in time. */
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

/** Keeps what is runnable until it is told to run one step: by priority, then in the order of scheduling. */
class StepScheduler implements Scheduler.Scheduler {
  readonly shouldYield = Scheduler.defaultShouldYield
  private readonly scheduled = new Scheduler.PriorityBuckets()
  private round: ReadonlyArray<Scheduler.Task> = []
  private position = 0

  scheduleTask(task: Scheduler.Task, priority: number): void {
    this.scheduled.scheduleTask(task, priority)
  }

  /** Runs one task; false if there is none. */
  runNext(): boolean {
    if (this.position === this.round.length) {
      this.round = this.scheduled.buckets.flatMap(([, tasks]) => tasks)
      this.scheduled.buckets = []
      this.position = 0
    }
    const task = this.round[this.position]
    if (task === undefined) return false
    this.position++
    task()
    return true
  }
}

/**
 * At this virtual time, since the start, nothing could run and nobody slept: the program waits for what will never
 * come.
 */
export class Deadlock extends Data.TaggedError("Deadlock")<{ readonly after: Duration.Duration }> {
  override get message(): string {
    return `deadlock after ${Duration.format(this.after)}: every fiber waits and none sleeps`
  }
}

/** How a program ended, and how much virtual time it took. */
export interface VirtualRun<A, E> {
  readonly exit: Exit.Exit<A, E>
  readonly elapsed: Duration.Duration
}

/**
 * Steps between two turns of the host's event loop: some milliseconds, so that a long run neither freezes it nor
 * resists interruption.
 */
const stepsPerTurn = 2_000

/**
 * Lets the host's event loop turn once; by the live clock, as the surrounding one may itself stand still (TestClock).
 */
const hostTurn = Effect.withClock(Effect.sleep(Duration.zero), Clock.make())

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
    return Effect.zipRight(hostTurn, toTheEnd)
  })
  const stop = Effect.suspend(() => {
    if (exit !== undefined) return Effect.void
    fiber.unsafeInterruptAsFork(FiberId.none)
    return Effect.ignore(toTheEnd)
  })
  return { toTheEnd, stop }
}

/**
 * Runs an effect to its end in virtual time, at once. Everything inside that takes time or chance through Effect's
 * Clock and Random (sleeps, timeouts, schedules, log times, spans) sees the virtual clock, from 0, and the seeded
 * random numbers: same seed, same run. Equal deadlines fire in the order of their sleeps, each after all that the one
 * before set in motion; a policy's timeouts fire last.
 *
 * The effect must not wait for the outside world (promises, sockets, threads): that would be a `Deadlock`, as is any
 * wait that nothing can end; the effect is interrupted then. Daemons that are left when the effect ends never run
 * again.
 */
export const runVirtual = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  options: { readonly seed: number }
): Effect.Effect<VirtualRun<A, E>, Deadlock, R> =>
  // the runtime is taken outside of the acquisition, as it would hand down that that is uninterruptible
  Effect.flatMap(Effect.runtime<R>(), (runtime) =>
    Effect.acquireUseRelease(
      Effect.sync(() => start(runtime, effect, options.seed)),
      (run) => run.toTheEnd,
      (run) => run.stop
    ))
