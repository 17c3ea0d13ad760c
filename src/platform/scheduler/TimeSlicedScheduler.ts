import { FiberRef, Scheduler } from "effect"
import { givesWay } from "./background.ts"

/** Milliseconds of fibers in one turn of the event loop, before it looks for requests and timers again. */
const slice = 2

/** Operations of a fiber between two looks at the clock. */
const operations = 64

/**
 * Runs all fibers out of one queue, and lets the event loop turn after each slice of it. Effect 3.22's own scheduler gives every fiber a chain
 * of microtasks, 2,048 of them before a timer; as the event loop waits until no microtask of any fiber is left, a thousand busy ones keep it
 * from reading a request for seconds.
 */
export class TimeSlicedScheduler implements Scheduler.Scheduler {
  /** Tasks in the order in which they run, as far as they were there when the round began. */
  private round: ReadonlyArray<Scheduler.Task> = []
  private next = 0
  private later = new Scheduler.PriorityBuckets()
  private readonly clock: () => number
  private draining = false
  /** When the first fiber ran in this turn of the event loop; undefined before. */
  private began: number | undefined

  constructor(clock: () => number = () => performance.now()) {
    this.clock = clock
  }

  /** Asked before every operation of a fiber, and so it looks at the clock but now and then; a request's fiber is not stopped half-way. */
  shouldYield: Scheduler.Scheduler["shouldYield"] = (fiber) => {
    if (fiber.currentOpCount % operations !== 0) return false
    return fiber.getFiberRef(givesWay) === "yes" && this.isOver()
      ? fiber.getFiberRef(FiberRef.currentSchedulingPriority)
      : Scheduler.defaultScheduler.shouldYield(fiber)
  }

  scheduleTask(task: Scheduler.Task, priority: number): void {
    this.later.scheduleTask(task, priority)
    if (this.draining) return
    this.draining = true
    queueMicrotask(this.drain)
  }

  /** Whether this turn of the event loop has time left for a fiber; asking is the first use of it. */
  hasTime(): boolean {
    this.begin()
    return !this.isOver()
  }

  private begin(): void {
    if (this.began !== undefined) return
    this.began = this.clock()
    setImmediate(this.turn)
  }

  private readonly drain = (): void => {
    this.begin()
    while (!this.isOver()) {
      const task = this.take()
      if (task === undefined) {
        this.draining = false
        return
      }
      task()
    }
    // the rest has its turn after the event loop's
  }

  private readonly turn = (): void => {
    this.began = undefined
    if (this.draining) this.drain()
  }

  private isOver(): boolean {
    return this.began !== undefined && this.clock() - this.began >= slice
  }

  private take(): Scheduler.Task | undefined {
    if (this.next === this.round.length) {
      this.round = this.later.buckets.flatMap(([, tasks]) => tasks)
      this.later.buckets = []
      this.next = 0
    }
    const task = this.round[this.next]
    if (task !== undefined) this.next++
    return task
  }
}
