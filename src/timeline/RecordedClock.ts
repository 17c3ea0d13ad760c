import { Clock, Duration, Effect, type Scheduler } from "effect"
import { type After, type TimerClock, timersOfClock } from "../policy/Timers.ts"
import { kinds, nobody } from "./EventLog.ts"
import type { FiberHooks } from "./FiberHooks.ts"

/** A clock that reports each sleep to the recorder, and passes it to another clock. */
export class RecordedClock implements TimerClock {
  readonly [Clock.ClockTypeId]: Clock.ClockTypeId = Clock.ClockTypeId
  private readonly inner: Clock.Clock
  private readonly hooks: FiberHooks
  private readonly scheduler: Scheduler.Scheduler

  constructor(inner: Clock.Clock, hooks: FiberHooks, scheduler: Scheduler.Scheduler) {
    this.inner = inner
    this.hooks = hooks
    this.scheduler = scheduler
  }

  /** The timers of policies are no fiber's, and stay out of the recording. */
  get after(): After {
    return timersOfClock(this.inner, this.scheduler)
  }

  get currentTimeMillis() {
    return this.inner.currentTimeMillis
  }

  get currentTimeNanos() {
    return this.inner.currentTimeNanos
  }

  unsafeCurrentTimeMillis(): number {
    return this.inner.unsafeCurrentTimeMillis()
  }

  unsafeCurrentTimeNanos(): bigint {
    return this.inner.unsafeCurrentTimeNanos()
  }

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.withFiberRuntime((fiber) => {
      this.hooks.add(kinds.sleep, fiber.id().id, Math.round(Math.min(Duration.toMillis(duration), nobody - 1)))
      return this.inner.sleep(duration)
    })
  }
}
