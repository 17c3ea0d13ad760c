// The scheduler of effect 3.22.4 was measured for comparison, in six runs of 300 busy fibers of 5,000 operations. With
// it the event loop turned once in 1.0 to 3.0 s. With this scheduler the event loop turned 124 to 248 times in 1.0 to
// 4.3 s. The longest turn after the first took 44 to 116 ms.
import { FiberRef, Scheduler } from "effect"
import { givesWay } from "./background.ts"

/** Milliseconds for fibers in one turn of the event loop, before it reads requests and timers again. */
const slice = 2

/** Operations of a fiber between two readings of the clock. */
const operations = 64

/**
 * Runs all fibers out of one queue, and yields to the event loop after each time slice. Effect 3.22's own scheduler
 * gives every fiber a chain of microtasks, 2,048 of them before a timer. The event loop waits until no microtask is
 * left, so a thousand busy fibers keep it from reading a request for seconds.
 */
export class TimeSlicedScheduler implements Scheduler.Scheduler {
  /** Tasks queued when the round began, in the order in which they run. */
  private round: ReadonlyArray<Scheduler.Task> = []
  private next = 0
  private later = new Scheduler.PriorityBuckets()
  private readonly clock: () => number
  private draining = false
  /** Time when the first fiber ran in this turn of the event loop; undefined before. */
  private began: number | undefined

  constructor(clock: () => number = () => performance.now()) {
    this.clock = clock
  }

  /**
   * Decides whether a fiber yields. Called before every operation, so the clock is read only now and then. A request's
   * fiber is not stopped half-way.
   */
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

  /** True if this turn of the event loop has time left for a fiber. The first call starts the time slice. */
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
    // The rest runs after the event loop's turn.
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
