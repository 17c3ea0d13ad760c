import { Clock, Scheduler } from "effect"
import { type After, type Cancel, timersOfClock } from "../../../src/policy/Timers.ts"
import { type Timer, TimerHeap } from "../../../src/simulation/TimerHeap.ts"
import type { VirtualTime } from "../../../src/simulation/VirtualClock.ts"

const nanosPerMilli = 1_000_000

/** The host's clock and its timers. */
export interface Host {
  /** Nanoseconds since the start of the run. */
  readonly now: () => number
  readonly after: After
}

const timers = timersOfClock(Clock.make(), Scheduler.defaultScheduler)

/**
 * The machine with its monotonic clock, which all threads share, and an origin on it. Node's timers take whole
 * milliseconds, so they are rounded up: they must not fire too early.
 */
export const machine = (origin: bigint): Host => ({
  now: () => Number(process.hrtime.bigint() - origin),
  after: (millis, fire) => timers(Math.ceil(millis), fire)
})

/**
 * Runs a model in the time of the host. The host's timers are late by a millisecond or more; the model must not pass
 * that on from one service to the next. While a timer fires, the time is therefore the one that was asked for.
 */
export class LiveTime implements VirtualTime {
  private readonly timers = new TimerHeap()
  private readonly host: Host
  private readonly onIdle: () => void
  /** The deadline of the timer that fires at present. */
  private firing: number | undefined
  private alarm: { readonly deadline: number; readonly cancel: Cancel } | undefined
  /** The delays with which timers fired, in nanoseconds. */
  readonly lateness: Array<number> = []

  constructor(host: Host, onIdle: () => void = () => undefined) {
    this.host = host
    this.onIdle = onIdle
  }

  /** Nanoseconds since the start of the run; 0 before it. */
  get now(): number {
    return this.firing ?? Math.max(0, this.host.now())
  }

  /** True if no timer is left and none fires. */
  get isIdle(): boolean {
    return this.firing === undefined && this.timers.first === undefined
  }

  at(deadline: number, fire: () => void): Timer {
    const timer = this.timers.add(deadline, fire)
    if (this.firing === undefined) this.arm()
    return timer
  }

  cancel(timer: Timer): void {
    this.timers.remove(timer)
  }

  /** Fires all timers that are due, in the order of their deadlines. Events from outside must call this first. */
  catchUp(): void {
    if (this.firing !== undefined) return
    const now = this.host.now()
    for (let timer = this.timers.first; timer !== undefined && timer.deadline <= now; timer = this.timers.first) {
      this.timers.remove(timer)
      this.lateness.push(this.host.now() - timer.deadline)
      this.firing = timer.deadline
      timer.fire()
    }
    this.firing = undefined
    this.arm()
    if (this.isIdle) this.onIdle()
  }

  private arm(): void {
    const deadline = this.timers.first?.deadline
    if (deadline === this.alarm?.deadline) return
    this.alarm?.cancel()
    this.alarm = undefined
    if (deadline === undefined) return
    const cancel = this.host.after(Math.max(0, deadline - this.host.now()) / nanosPerMilli, () => {
      this.alarm = undefined
      this.catchUp()
    })
    this.alarm = { deadline, cancel }
  }
}
